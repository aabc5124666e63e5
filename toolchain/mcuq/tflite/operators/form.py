"""What TensorFlow Lite says of one operator: how it is read, written and registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.content import ByContent
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import A, AnyOperator, Operator, QuantizedOp
from mcuq.tflite.operators.links import Links
from mcuq.tflite.operators.version import Version
from mcuq.tflite.operators.view import Constraint, OpView


@dataclass(frozen=True, eq=False)
class Step(ByContent):
    """One of several operators that an operator of the file becomes.

    Attributes:
        inputs: operands of the file's operator by number, from `len(operands)` on results of
            earlier steps.
        stored_as: the operand whose integers the result takes, where the file's are kept; None
            takes those of the operator's result.
        indices: a constant of integers that the operator reads behind `inputs`.
    """

    kind: AnyOperator
    attrs: Attrs
    inputs: tuple[int, ...]
    stored_as: int | None = None
    indices: npt.NDArray[np.int32] | None = None


@dataclass(frozen=True)
class Rule(Generic[A]):
    """How one operator of the file becomes one of the graph.

    Attributes:
        kind: the graph's operator.
        options: name of the options' union member; empty where it has none.
        attrs: reads the attributes of an operator that meets the constraints.
        constraints: checked in order before `attrs` is called.
        tensors: how many leading operands become inputs; None takes all.
        required: how many operands must be there.
        order: numbers of the file's operands in the order in which they are seen everywhere else,
            that of the graph's inputs and then the others; empty where it is the file's.
        fixed: the file has all operands of `order`, absent ones behind the last included.
        steps: several operators in its place, the last of which gives the result; none: `kind`.
        stored_steps: the same where the file's integers are kept; None takes `steps`.
    """

    kind: Operator[A, Any, Any]
    options: str
    attrs: Callable[[OpView], A]
    constraints: tuple[Constraint, ...] = ()
    tensors: int | None = 1
    required: int = 1
    order: tuple[int, ...] = ()
    fixed: bool = False
    steps: Callable[[OpView], tuple[Step, ...]] = lambda op: ()
    stored_steps: Callable[[OpView], tuple[Step, ...]] | None = None

    def reads(self, count: int) -> tuple[int, ...]:
        """Which of `count` operands become inputs."""
        return tuple(range(count))[: self.tensors]

    def seen(self, stored: Sequence[int]) -> tuple[int, ...]:
        """An operator's tensor indices in `order`, from those of the file; -1 where one is absent.

        A file with more operands than the kind has keeps them as they are.
        """
        if not self.order or len(stored) > len(self.order):
            return tuple(stored)
        return tuple(stored[n] if n < len(stored) else -1 for n in self.order)

    def stored(self, inputs: Sequence[int], constants: Sequence[int]) -> tuple[int, ...]:
        """The file's tensor indices: the inverse of `seen`.

        Args:
            inputs: the graph's.
            constants: what follows them, see `TfliteForm.constants`.
        """
        if not self.order:
            return (*inputs, *constants)
        absent = (-1,) * (len(self.order) - len(inputs) - len(constants))
        places = dict(zip(self.order, (*inputs, *absent, *constants), strict=True))
        indices = [places[number] for number in range(len(self.order))]
        while indices[-1] == -1 and not self.fixed:
            indices.pop()
        return tuple(indices)


class Runtime(StrEnum):
    """Who runs flatbuffers."""

    LITERT = "LiteRT"
    MICRO = "TensorFlow Lite Micro"


@dataclass(frozen=True)
class TfliteForm(Generic[A]):
    """What TensorFlow Lite says of an operator of ours.

    Attributes:
        rule: how it is read; its operator and its options are those that are written.
        write: (attributes, the schema's `*OptionsT` object) fills the object in.
        constants: attributes → the integers of each operand behind the graph's own, in the rule's
            order. Attributes that give a shape (paddings, axes, sizes…) stand there.
        version: the least that a reader has to know.
        resolver: method of TensorFlow Lite Micro's MicroMutableOpResolver; empty where it has none.
        needs_bias: the runtimes that do not run it without a bias.
        int4_beside: types of activations beside which runtimes take an int4 filter.
        inner: tensors that LiteRT has for the parts of the operator: the input of whose type and
            scale each is, None for one that it does not use.
        real_links: what stands for it in a float model; None: the operator itself.
        stored_links: the same in an integer model.
    """

    rule: Rule[A]
    write: Callable[[A, Any], None]
    constants: Callable[[A], tuple[Any, ...]]
    version: Version
    resolver: str
    needs_bias: frozenset[Runtime] = frozenset()
    int4_beside: tuple[str, ...] = ()
    inner: tuple[int | None, ...] = ()
    real_links: Callable[[A], Links] | None = None
    stored_links: Callable[[QuantizedOp[A]], Links] | None = None

    def options(self, attrs: A) -> Any:
        """The schema's `*OptionsT` object, or None where it has none."""
        if not self.rule.options:
            return None
        options = getattr(schema, f"{self.rule.options}T")()
        self.write(attrs, options)
        return options

    def operands(self, attrs: A) -> tuple[npt.NDArray[np.int32], ...]:
        """The constants that follow the graph's own operands in a flatbuffer."""
        return tuple(np.array(values, np.int32) for values in self.constants(attrs))


def no_options(attrs: Attrs, options: object) -> None:
    """`write` of an operator whose options say nothing."""


def no_constants(attrs: Attrs) -> tuple[Any, ...]:
    """`constants` of an operator that has no further operands."""
    return ()
