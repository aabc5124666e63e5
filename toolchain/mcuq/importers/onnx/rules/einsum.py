"""Einsum of one or two values: transposes, sums and one product of matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import NodeRule
from mcuq.importers.onnx.rules.elementwise import one_computed_input
from mcuq.importers.onnx.rules.products import product
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import MUL

_ELLIPSIS = "ABCDEFGH"
"""What stands for the dimensions of an ellipsis: exporters write small letters."""


def known_equation(node: Node) -> str | None:
    """An Einsum is of one or two values, each letter once in a value and a dimension of it.

    Write it as transposes and torch.matmul.
    """
    try:
        terms, result = _terms(node)
    except ValueError as error:
        return str(error)
    if len(terms) > 2 or len(terms) != len(node.inputs):
        return f"{node.text('equation', '')} of {len(node.inputs)}"
    sizes: dict[str, int] = {}
    for term, value in zip(terms, node.inputs, strict=True):
        shape = () if value is None else value.shape
        if len(term) != len(shape) or len(set(term)) != len(term):
            return f"{node.text('equation', '')} of {shape}"
        for letter, size in zip(term, shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                return f"{letter} is {sizes[letter]} and {size}"
    known = len(set(result)) == len(result) and set(result) <= set(sizes)
    return None if known else node.text("equation", "")


def _terms(node: Node) -> tuple[list[str], str]:
    """The letters of each value and of the result, ellipses spelled out."""
    equation = node.text("equation", "").replace(" ", "")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if not arrow:
        letters = "".join(terms).replace(".", "")
        right = "".join(sorted(letter for letter in letters if letters.count(letter) == 1))
        right = ("..." if "..." in left else "") + right
    spelled = []
    for term, value in zip(terms, node.inputs, strict=False):
        rank = 0 if value is None else value.rank
        count = rank - len(term.replace("...", "")) if "..." in term else 0
        if not 0 <= count <= len(_ELLIPSIS):
            raise ValueError(f"{equation} of {rank} dimensions")
        spelled.append(term.replace("...", _ELLIPSIS[len(_ELLIPSIS) - count :]))
    widest = max((sum(letter in _ELLIPSIS for letter in term) for term in spelled), default=0)
    result = right.replace("...", _ELLIPSIS[len(_ELLIPSIS) - widest :])
    if any(not letter.isalpha() for letter in "".join([*spelled, result])):
        raise ValueError(equation)
    return spelled + terms[len(spelled) :], result


@dataclass(frozen=True)
class _Term:
    """A value and the letters of its dimensions."""

    value: NodeValue
    letters: str

    def size(self, letters: str) -> int:
        return math.prod(self.value.shape[self.letters.index(letter)] for letter in letters)

    def shape(self, letters: str) -> list[int]:
        return [self.value.shape[self.letters.index(letter)] for letter in letters]


def _summed(steps: Steps, term: _Term, kept: Sequence[str]) -> _Term:
    """Without the dimensions that nothing else names."""
    gone = [axis for axis, letter in enumerate(term.letters) if letter not in kept]
    if not gone:
        return term
    letters = "".join(letter for letter in term.letters if letter in kept)
    if term.value.data is not None:
        return _Term(constant(term.value.data.sum(axis=tuple(gone))), letters)
    mean = steps.mean(term.value, gone, "mean", keep=False)
    count = math.prod(term.value.shape[axis] for axis in gone)
    return _Term(steps(MUL, mean, constant(np.full(1, count, np.float32)), suffix="sum"), letters)


def _arranged(steps: Steps, term: _Term, letters: str) -> NodeValue:
    return steps.transpose(term.value, [term.letters.index(letter) for letter in letters])


def _einsum(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps = Steps(build, node)
    letters, result = _terms(node)
    terms = [_Term(node.value(number), each) for number, each in enumerate(letters)]
    if len(terms) == 1:
        return [_arranged(steps, _summed(steps, terms[0], result), result)]
    first, second = (
        _summed(steps, term, result + other.letters)
        for term, other in ((terms[0], terms[1]), (terms[1], terms[0]))
    )
    shared = [letter for letter in first.letters if letter in second.letters]
    batch = "".join(letter for letter in shared if letter in result)
    inner = "".join(letter for letter in shared if letter not in result)
    rows = "".join(letter for letter in first.letters if letter not in shared)
    columns = "".join(letter for letter in second.letters if letter not in shared)
    shape = [*first.shape(batch + rows), *second.shape(columns)]
    groups = [first.size(batch)] if first.size(batch) > 1 else []
    a, b = (
        _arranged(steps, first, batch + rows + inner),
        _arranged(steps, second, batch + inner + columns),
    )
    a = steps.reshape(a, (*groups, first.size(rows), first.size(inner)), "rows")
    b = steps.reshape(b, (*groups, second.size(inner), second.size(columns)), "columns")
    y = _Term(steps.reshape(product(steps, a, b, "product"), shape), batch + rows + columns)
    return [_arranged(steps, y, result)]


RULES = {"Einsum": NodeRule(_einsum, (one_computed_input, known_equation))}
