"""What a TFLite file says, as plain values: the reader's result, the converter's input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.ops.catalog import WEIGHTED_OPERATORS
from mcuq.tflite.operators.view import Options

WEIGHTED = frozenset(operator.name for operator in WEIGHTED_OPERATORS)
"""Names of operators of an input, weights and, third, a bias that may be left out."""


@dataclass(frozen=True, eq=False)
class Quantization(ByContent):
    """Affine quantization of a tensor: real = scale × (stored - zero_point).

    Attributes:
        scale: float32, one value or one a channel.
        zero_point: int64, as many as `scale`.
        axis: the channel dimension where `scale` has several values.
    """

    scale: npt.NDArray[Any]
    zero_point: npt.NDArray[Any]
    axis: int


@dataclass(frozen=True, eq=False)
class FileTensor(ByContent):
    """One tensor of the file.

    Attributes:
        index: position in the file.
        name: as written; may be empty or not unique.
        shape: as written; dimensions that `signature` leaves open hold 1.
        signature: the shape with -1 where it is open.
        dtype: TensorType name in lower case.
        data: constants only; int4 is unpacked to int8.
        quantization: None for unquantized tensors.
        stateful: a variable that keeps its value between runs.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    dtype: str
    data: npt.NDArray[Any] | None
    quantization: Quantization | None
    stateful: bool


@dataclass(frozen=True)
class FileOp:
    """One operator of the file.

    Attributes:
        index: position in the file.
        kind: BuiltinOperator name, or the name of a custom operator.
        custom: whether it is a custom operator.
        inputs: tensor indices in the rule's order, -1 where an optional input is absent.
        outputs: tensor indices.
        options: the options, None where absent.
        options_type: number of the options' union member, 0 where absent.
    """

    index: int
    kind: str
    custom: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Options | None
    options_type: int

    @property
    def where(self) -> str:
        return f"operator {self.index} {self.kind}"


@dataclass(frozen=True, eq=False)
class FileState(ByContent):
    """A variable that a model reads before it assigns it.

    Attributes:
        name: the variable's.
        read, written: tensor indices.
        initial: stored values, as the tensor `read` stores them.
    """

    name: str
    read: int
    written: int
    initial: npt.NDArray[Any]


@dataclass(frozen=True)
class FileModel:
    """The first subgraph of a file.

    Attributes:
        name: the subgraph's.
        tensors, ops: in the file's order.
        inputs, outputs: tensor indices.
        signature: tensor index → the names by which users call an input or output, where the file
            has a signature; several where outputs are one tensor.
        called: the subgraphs that operators of this one run, and those that they run, by number.
        states: what is kept from run to run, where variables have been resolved.
    """

    name: str
    tensors: tuple[FileTensor, ...]
    ops: tuple[FileOp, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    signature: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    called: Mapping[int, FileModel] = field(default_factory=dict)
    states: tuple[FileState, ...] = ()

    def user_name(self, tensor: FileTensor) -> str:
        """As users call a tensor, else as written, which may be empty."""
        return self.signature.get(tensor.index, ("",))[0] or tensor.name


def constant_record(index: int, values: Sequence[Any]) -> FileTensor:
    """A nameless int32 constant that stands at `index`."""
    data = np.array(values, np.int32)
    return FileTensor(index, "", data.shape, data.shape, "int32", data, None, False)
