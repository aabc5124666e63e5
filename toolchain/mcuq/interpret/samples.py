"""Activations over many samples that are looked at a block at a time, without being held whole."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mcuq.numeric import dequantize
from mcuq.numeric.tensor import QuantizedTensor

Floats = npt.NDArray[Any]
Numbers = npt.NDArray[np.int64]


class Samples(Protocol):
    """What a consumer of blocks needs; an array (samples, …) of real numbers is one."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Floats: ...


class SampleArray(Samples, Protocol):
    """What a model's input can be read from, a block at a time or samples by their numbers; an
    array (samples, …) is one."""

    def __getitem__(self, part: slice | Numbers, /) -> Floats: ...

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...


class Rows:
    """Some rows of several arrays laid end to end, without a copy of them all.

    Args:
        parts: arrays (N, …) of one dtype, equal but for N.
        numbers: which rows of all of them, in the order wanted.
    """

    def __init__(self, parts: Sequence[Floats], numbers: Sequence[int]) -> None:
        self._parts = parts
        self._numbers = np.asarray(numbers, np.int64)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self._parts[0].shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._parts[0].dtype

    def __getitem__(self, part: slice | Numbers, /) -> Floats:
        numbers = self._numbers[part]
        found = np.empty((len(numbers), *self.shape[1:]), self.dtype)
        first = 0
        for rows in self._parts:
            here = (first <= numbers) & (numbers < first + len(rows))
            found[here] = rows[numbers[here] - first]
            first += len(rows)
        return found


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
