"""Activations over many samples that are looked at a block at a time, without being held whole."""

from __future__ import annotations

import math
import tempfile
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mcuq.numeric import dequantize
from mcuq.quantized.qgraph import QuantizedTensor

Floats = npt.NDArray[Any]


class Samples(Protocol):
    """What a consumer of blocks needs; an array (samples, …) of real numbers is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Floats: ...


class OnDisk:
    """float32 activations in a temporary file that goes with the object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        self._shape: tuple[int, ...] = ()
        self._count = 0

    def append(self, values: npt.NDArray[np.float32]) -> None:
        """Add samples (N, …) behind those that are there, of the same shape."""
        self._shape = values.shape[1:]
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(values, "<f4").data)
        self._count += len(values)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice, /) -> Floats:
        start, stop, _ = part.indices(self._count)
        count = max(0, stop - start)
        each = 4 * math.prod(self._shape)
        self._file.seek(start * each)
        read = self._file.read(count * each)
        return np.frombuffer(read, "<f4").reshape(count, *self._shape)


class Dequantized:
    """Stored integers (samples, …) as the reals that they stand for."""

    def __init__(self, stored: npt.NDArray[Any], tensor: QuantizedTensor) -> None:
        self._stored, self._tensor = stored, tensor

    def __len__(self) -> int:
        return len(self._stored)

    def __getitem__(self, part: slice, /) -> Floats:
        stored = self._stored[part]
        return dequantize(stored, np.float32(self._tensor.scale[0]), self._tensor.zero_point)
