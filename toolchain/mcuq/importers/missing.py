"""What a file holds that mcuq does not build: every such operator, what it costs, where to cut.

The graph here is the file's own, before any of it is lowered.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mcuq.errors import InputError, Refusal

Key = int | str
"""How a file names a value: TFLite by number, ONNX by name."""
Shape = tuple[int, ...]
_MULTIPLIES = ("conv", "fullyconnected", "gemm", "gru", "lstm", "matmul", "rnn", "svdf")
"""Parts of the names of operators that multiply and accumulate."""


@dataclass(frozen=True)
class FileNode:
    """An operator of the file.

    Attributes:
        index: position in the file.
        where: as users find it.
        kind: the file's name for it.
        inputs, outputs: values; inputs without constants.
        macs: multiply-accumulates of one inference; 0 where they are not known.
        constant_bytes: of the constants that it reads, as stored.
    """

    index: int
    where: str
    kind: str
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]
    macs: int = 0
    constant_bytes: int = 0


@dataclass(frozen=True)
class FileGraph:
    """The operators of a file in the order in which they compute.

    Attributes:
        inputs, outputs: values that go in and out.
        names: of values, where their keys are none.
    """

    nodes: tuple[FileNode, ...]
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]
    names: Mapping[Key, str] = field(default_factory=dict)

    @property
    def computed(self) -> set[int]:
        """The operators that depend on an input of the file; the others fold."""
        found, values = set[int](), {*self.inputs}
        for node in self.nodes:
            if not values.isdisjoint(node.inputs):
                found.add(node.index)
                values.update(node.outputs)
        return found

    def name(self, value: Key) -> str:
        """Of a value, as users find it."""
        return self.names.get(value, str(value))


@dataclass(frozen=True)
class Missing:
    """An operator that mcuq does not build.

    Attributes:
        kind: the file's name for it.
        places: each of them.
        macs: multiply-accumulates of all of them.
        constant_bytes: of their constants.
        blocked_macs: multiply-accumulates of all that needs one of their results, themselves
            included.
        nearest: what comes nearest; empty where nothing does.
    """

    kind: str
    places: tuple[str, ...]
    macs: int
    constant_bytes: int
    blocked_macs: int
    nearest: str


@dataclass(frozen=True)
class Cut:
    """A part of the file without any such operator.

    Attributes:
        part: head, from the file's inputs on, or tail, up to its outputs: what multiplies most.
        inputs, outputs: values that it begins and ends with.
        nodes: positions in the file of its operators, and of those that fold.
        operators: how many it has; those that fold do not count.
        macs: multiply-accumulates of it.
        names: of the values where it meets the rest.
    """

    part: Literal["head", "tail"]
    inputs: tuple[Key, ...]
    outputs: tuple[Key, ...]
    nodes: tuple[int, ...]
    operators: int
    macs: int
    names: tuple[str, ...]


class UnknownOperatorsError(InputError):
    """A file holds operators that mcuq does not build.

    Args:
        cause, hint, rule, refusals: as of every `InputError`.
        missing: each kind, by where it stands first.
        macs: multiply-accumulates of the whole file.
        operators: how many the file holds.
        cut: the larger part that mcuq may build; None where there is none.
    """

    def __init__(
        self,
        cause: str,
        hint: str = "",
        *,
        rule: str = "",
        refusals: tuple[Refusal, ...] = (),
        missing: tuple[Missing, ...] = (),
        macs: int = 0,
        operators: int = 0,
        cut: Cut | None = None,
    ) -> None:
        super().__init__(cause, hint, rule=rule, refusals=refusals)
        self.missing = missing
        self.macs = macs
        self.operators = operators
        self.cut = cut


def multiply_accumulates(kind: str, shapes: Sequence[Shape], constants: Sequence[Shape]) -> int:
    """Multiply-accumulates of an operator: each of its weights is used once a position.

    Args:
        kind: in any spelling.
        shapes: of its first input and its first output, channels last.
        constants: of its constants.

    Returns:
        0 for an operator that is not known to multiply.
    """
    word = kind.replace("_", "").lower()
    if not any(part in word for part in _MULTIPLIES):
        return 0
    given, result = shapes
    if not constants:
        return math.prod(result) * given[-1] if "matmul" in word and given else 0
    windows = "conv" in word and "transpose" not in word
    reference = result if windows else given
    positions = math.prod(reference[:-1])
    return positions * sum(math.prod(shape) for shape in constants if len(shape) > 1)


def unknown_operators(
    graph: FileGraph, unknown: Collection[str], nearest: Callable[[str], str]
) -> tuple[tuple[Missing, ...], Cut | None]:
    """Every operator of a kind in `unknown`, and the larger part of the file without any."""
    computed = graph.computed
    bad = [node for node in graph.nodes if node.kind in unknown and node.index in computed]
    kinds = dict.fromkeys(node.kind for node in bad)
    missing = tuple(
        _missing(graph, [node for node in bad if node.kind == kind], nearest(kind))
        for kind in kinds
    )
    return missing, _cut(graph, {node.index for node in bad})


def _missing(graph: FileGraph, own: Sequence[FileNode], nearest: str) -> Missing:
    behind = _reached(graph.nodes, {node.index for node in own})
    return Missing(
        own[0].kind,
        tuple(node.where for node in own),
        sum(node.macs for node in own),
        sum(node.constant_bytes for node in own),
        sum(node.macs for node in graph.nodes if node.index in behind),
        nearest,
    )


def _reached(nodes: Sequence[FileNode], start: Collection[int]) -> set[int]:
    """`start` and all that needs a result of theirs."""
    found, values = set[int](), set[Key]()
    for node in nodes:
        if node.index in start or not values.isdisjoint(node.inputs):
            found.add(node.index)
            values.update(node.outputs)
    return found


def _needed(nodes: Sequence[FileNode], end: Collection[int]) -> set[int]:
    """`end` and all that they need."""
    found, values = set[int](), set[Key]()
    for node in reversed(nodes):
        if node.index in end or not values.isdisjoint(node.outputs):
            found.add(node.index)
            values.update(node.inputs)
    return found


def _cut(graph: FileGraph, bad: set[int]) -> Cut | None:
    """The part before or behind them, whichever multiplies more."""
    computed = graph.computed
    behind, before = _reached(graph.nodes, bad), _needed(graph.nodes, bad)
    head = [node for node in graph.nodes if node.index in computed - behind]
    tail = [node for node in graph.nodes if node.index in computed - before]
    constant = {node.index for node in graph.nodes} - computed
    ends = _head_ends(graph, head, behind), _tail_ends(graph, tail, computed)
    if not bad:
        return None
    parts: tuple[Literal["head", "tail"], ...] = ("head", "tail")
    found = []
    for part, nodes, (begins, stops) in zip(parts, (head, tail), ends, strict=True):
        if begins and stops:
            met = stops if part == "head" else begins
            found.append(
                Cut(
                    part,
                    begins,
                    stops,
                    tuple(sorted({node.index for node in nodes} | constant)),
                    len(nodes),
                    sum(node.macs for node in nodes),
                    tuple(graph.name(value) for value in met),
                )
            )
    return max(found, key=lambda cut: (cut.macs, cut.operators), default=None)


def _head_ends(
    graph: FileGraph, nodes: Sequence[FileNode], behind: set[int]
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """From the inputs to all that the rest reads."""
    own = {value for node in nodes for value in node.inputs}
    rest = (node for node in graph.nodes if node.index in behind)
    read = {*graph.outputs}.union(*(node.inputs for node in rest))
    ends = (value for node in nodes for value in node.outputs if value in read)
    begins = (value for value in graph.inputs if value in own)
    return tuple(dict.fromkeys(begins)), tuple(dict.fromkeys(ends))


def _tail_ends(
    graph: FileGraph, nodes: Sequence[FileNode], computed: set[int]
) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    """From all that others give it to the outputs."""
    made = {value for node in nodes for value in node.outputs}
    others = (node.outputs for node in graph.nodes if node.index in computed)
    given = {*graph.inputs}.union(*others) - made
    begins = (value for node in nodes for value in node.inputs if value in given)
    ends = (value for value in graph.outputs if value in made)
    return tuple(dict.fromkeys(begins)), tuple(dict.fromkeys(ends))
