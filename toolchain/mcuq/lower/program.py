"""The model as the C compiler will see it: one kernel call an operator, constants in flash.

A `Program` is exact: its constants are the bytes the emitter writes, its scratch is what the
kernels ask for, its overlaps are what they promise. The cost model adds these up, the emitter
prints them; neither knows an operator by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.brief import Brief
from mcuq.graph import Op
from mcuq.lower.options import LowerOptions
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.quantized.qgraph import QuantizedGraph

CTYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "int64": "mcuq_int64",
    "float32": "float",
}


@dataclass(frozen=True, eq=False)
class Array:
    """A constant array in flash; its C type follows the dtype (one of CTYPES).

    `role` names it in the emitted file ("weights", "bias", "multipliers"). `opaque` arrays are
    the words of a C structure: their address is passed as a pointer to void.
    """

    role: str
    data: npt.NDArray[np.generic]
    opaque: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """Equal keys are equal bytes: stored once."""
        return (str(self.data.dtype), self.data.tobytes())

    @property
    def nbytes(self) -> int:
        """Bytes in flash: arrays are aligned to words so that kernels may load words."""
        return -(-self.data.nbytes // 4) * 4


@dataclass(frozen=True)
class TensorRef:
    """The address of an activation in the arena."""

    name: str


@dataclass(frozen=True)
class ScratchRef:
    """The address of the call's scratch in the arena, or `offset` bytes behind it; NULL where it
    needs none."""

    offset: int = 0


@dataclass(frozen=True, eq=False)
class Copied:
    """A constant that is copied into the call's scratch, `offset` bytes behind its begin, and read
    there.

    `function` copies it, to `nbytes` that may be more than the constant has.
    """

    array: Array
    offset: int
    nbytes: int
    function: str


@dataclass(frozen=True)
class DirectionRef:
    """1 (in a byte) where the memory plan puts the call's output above its input, so that a kernel
    that may run either way must run downwards; else 0."""


@dataclass(frozen=True)
class SmallInteger:
    """An integer field of a structure with fewer than four bytes."""

    value: int
    bytes: int


@dataclass(frozen=True)
class Float32:
    """A float32 constant inside a structure."""

    value: float


@dataclass(frozen=True)
class Struct:
    """A constant parameter structure in flash, passed by address.

    `fields` are words (integers, float32 numbers, fixed-size arrays of integers, nested structures,
    addresses) or narrow integers.
    """

    ctype: str
    fields: tuple[tuple[str, Field], ...]

    @property
    def words(self) -> int:
        """Number of 32-bit words: the kernels' structures are whole words."""
        end = 0
        for _, value in self.fields:
            align = _align(value)
            end = -(-end // align) * align + (4 * _words(value) if align == 4 else align)
        return -(-end // 4)

    def key(self, call: int, descends: Callable[[int], bool]) -> tuple[object, ...]:
        """Equal keys are equal bytes: stored once. Scratch differs from call to call.

        Args:
            call: whose it is.
            descends: the direction that the memory plan gives a call; asked where a field is one.
        """
        return (self.ctype, *(_field_key(value, call, descends) for _, value in self.fields))


def _align(value: Field) -> int:
    """In bytes; of a narrow field also its size."""
    if isinstance(value, DirectionRef):
        return 1
    return value.bytes if isinstance(value, SmallInteger) else 4


def _words(value: Field) -> int:
    if isinstance(value, Struct):
        return value.words
    return len(value) if isinstance(value, tuple) else 1


def _field_key(value: Field, call: int, descends: Callable[[int], bool]) -> object:
    if isinstance(value, Struct):
        return value.key(call, descends)
    if isinstance(value, Array):
        return value.key
    if isinstance(value, ScratchRef):
        return (value, call)
    if isinstance(value, DirectionRef):
        return (value, descends(call))
    return value


Field = (
    int
    | SmallInteger
    | Float32
    | tuple[int, ...]
    | Struct
    | Array
    | TensorRef
    | ScratchRef
    | DirectionRef
)
Argument = int | Struct | Array | Copied | TensorRef | ScratchRef | None
"""None is a null pointer."""


def operand(tensor: QuantizedTensor) -> Array | TensorRef:
    """A tensor that is read: in the arena, or in flash where it is constant."""
    if tensor.data is None:
        return TensorRef(tensor.name)
    is_bool = tensor.data.dtype == np.bool_
    return Array("operand", tensor.data.view(np.int8) if is_bool else tensor.data)


@dataclass(frozen=True)
class InputOverlap:
    """Bytes the output may share with input `index` of the call (see `cost.planner.Overlap`)."""

    input: str
    ascending: int = 0
    descending: int = 0


@dataclass(frozen=True)
class Rest:
    """A second function that completes a call's output: channels that the first left out.

    Attributes:
        function, arguments: as of a `Call`.
        macs: multiply-accumulates of those channels.
    """

    function: str
    arguments: tuple[Argument, ...]
    macs: int


@dataclass(frozen=True)
class Call:
    """One kernel call.

    Attributes:
        op: the operator it computes.
        function: the C function; `headers` declare it.
        arguments: in the function's order.
        scratch_bytes: working memory it needs while it runs.
        overlaps: what its output may share with dying inputs.
        macs: multiply-accumulates, for reports and latency estimates.
        weight_bits: width of its filter; 0 without one.
        rest: what completes the output, right after.
        in_place: (input, output) of each pair that may be the same bytes: states that the operator
            keeps.
        slow: why a weighted operator has a slower form than others of its kind; empty where it has
            not.
    """

    op: Op
    function: str
    arguments: tuple[Argument, ...]
    scratch_bytes: int = 0
    overlaps: tuple[InputOverlap, ...] = ()
    macs: int = 0
    weight_bits: int = 0
    rest: Rest | None = None
    slow: str = ""
    in_place: tuple[tuple[str, str], ...] = ()

    @property
    def functions(self) -> tuple[str, ...]:
        """The C functions, in the order in which they are called."""
        copies = dict.fromkeys(a.function for a in self.arguments if isinstance(a, Copied))
        return (*copies, self.function, *((self.rest.function,) if self.rest else ()))

    def arrays(self) -> Iterator[Array]:
        """Every array the call names, inside structures too."""
        for argument in self._all_arguments():
            yield from _arrays(argument)

    def reads(self) -> tuple[str, ...]:
        """The activations it reads."""
        refs = (a.name for a in self.arguments if isinstance(a, TensorRef))
        return tuple(name for name in refs if name not in self.op.outputs)

    def structs(self) -> Iterator[Struct]:
        """The structures it passes by address."""
        return (a for a in self._all_arguments() if isinstance(a, Struct))

    def _all_arguments(self) -> tuple[Argument, ...]:
        return (*self.arguments, *self.rest.arguments) if self.rest else self.arguments


def _arrays(value: Argument | Field) -> Iterator[Array]:
    if isinstance(value, Array):
        yield value
    elif isinstance(value, Copied):
        yield value.array
    elif isinstance(value, Struct):
        for _, field in value.fields:
            yield from _arrays(field)


@dataclass(frozen=True, repr=False)
class Program(Brief):
    """All calls in order.

    Attributes:
        qgraph: what was lowered.
        calls: one for each operator that does work, one an input for CONCATENATION.
        storage: activation name → the activation whose bytes it is (itself, but for
            RESHAPE and SQUEEZE, which cost nothing, and for what is written into a state's bytes,
            which are those of what it reads).
        options: what the lowering was asked for.
    """

    qgraph: QuantizedGraph
    calls: tuple[Call, ...]
    storage: Mapping[str, str]
    options: LowerOptions

    @property
    def functions(self) -> tuple[str, ...]:
        """Kernel functions used, each once, sorted."""
        return tuple(sorted({name for call in self.calls for name in call.functions}))

    @property
    def macs(self) -> int:
        return sum(call.macs for call in self.calls)
