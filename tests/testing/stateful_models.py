"""Random models that keep states, in every way that a state can be read and written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.integer import quantize_inputs
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC, TANH
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph


@dataclass(frozen=True, eq=False)
class StatefulModel:
    """A graph with sequences that it is calibrated and run on, (sequences, steps, channels)."""

    graph: Graph
    samples: npt.NDArray[np.float32]

    def quantized(self, bits: int = 8) -> QuantizedGraph:
        config = Config(activation_bits=bits)
        return quantize(self.graph, calibrate(self.graph, self.samples), config)

    def stored(self, qgraph: QuantizedGraph) -> list[npt.NDArray[np.generic]]:
        return quantize_inputs(qgraph, [self.samples])


class _Drawn:
    """A model under construction, a part after the other, on rows of some channels."""

    def __init__(self, rng: np.random.Generator, channels: int) -> None:
        self.build = GraphBuilder()
        self.rng = rng
        self.channels = channels
        self.value = self.build.input((1, channels), "x")

    def initial(self, *shape: int) -> npt.NDArray[np.float32]:
        """Zeros, one number, or many."""
        kind = self.rng.integers(3)
        values = self.rng.normal(size=shape) if kind == 2 else np.full(shape, 0.7 * kind)
        return values.astype(np.float32)

    def dense(self, value: str, activation: Activation = Activation.NONE) -> str:
        size = self.build.shape(value)[-1]
        weights = self.rng.normal(size=(self.channels, size)) / np.sqrt(size)
        operands = [value, self.build.constant(weights, "weights")]
        return self.build.op(FULLY_CONNECTED, FullyConnectedAttrs(activation), operands, "dense")

    def ring(self) -> None:
        """A window over time, as streaming layers of Keras write it, and a convolution of it."""
        rows, width = int(self.rng.integers(1, 5)), self.channels
        image = self.build.op(RESHAPE, ReshapeAttrs((1, 1, 1, width)), [self.value], "image")
        state = self.build.state(self.initial(1, rows, 1, width), "ring")
        window = self.build.op(CONCATENATION, ConcatAttrs(1), [state, image], "window")
        cut = StridedSliceAttrs((0, 1, 0, 0), (1, rows + 1, 1, width), (1, 1, 1, 1))
        self.build.assign(state, self.build.op(STRIDED_SLICE, cut, [window], "kept"))
        filters = self.rng.normal(size=(self.channels, rows + 1, 1, width)) / np.sqrt(width)
        operands = [window, self.build.constant(filters, "filters")]
        attrs = ConvAttrs(activation=Activation.RELU)
        result = self.build.op(CONV_2D, attrs, operands, "convolution")
        self.value = self.build.op(RESHAPE, ReshapeAttrs((1, width)), [result], "row")

    def delay(self) -> None:
        """A shift register of two: each state takes what the one before held."""
        first, second = (self.build.state(self.initial(1, self.channels), "z") for _ in "ab")
        late = self.build.op(ADD, BinaryAttrs(Activation.NONE), [second, self.value], "late")
        self.build.assign(first, self.value)
        self.build.assign(second, first)
        self.value = late

    def swap(self) -> None:
        """Two states that change places."""
        first, second = (self.build.state(self.initial(1, self.channels), "s") for _ in "ab")
        self.build.assign(first, second)
        self.build.assign(second, first)
        added = self.build.op(ADD, BinaryAttrs(Activation.NONE), [first, self.value], "added")
        self.value = added

    def recurrent(self) -> None:
        """A simple recurrent layer: what it gives is what it keeps, in a prescribed scale."""
        state = self.build.state(self.initial(1, self.channels), "h")
        both = [self.dense(state), self.dense(self.value)]
        total = self.build.op(ADD, BinaryAttrs(Activation.NONE), both, "sum")
        kind = TANH if self.rng.integers(2) else LOGISTIC
        self.value = self.build.op(kind, NoAttrs(), [total], "hidden")
        self.build.assign(state, self.value)

    def fading(self) -> None:
        """A running mean: the state is read and written by the same operator."""
        state = self.build.state(self.initial(1, self.channels), "mean")
        both = [state, self.dense(self.value)]
        total = self.build.op(ADD, BinaryAttrs(Activation.RELU6), both, "total")
        self.build.assign(state, total)
        self.value = total

    def joined(self) -> None:
        """A prescribed scale is kept where another one is read with it."""
        state = self.build.state(self.initial(1, self.channels), "gate")
        pair = self.build.op(CONCATENATION, ConcatAttrs(1), [state, self.value], "pair")
        self.value = self.dense(pair)
        self.build.assign(state, self.build.op(LOGISTIC, NoAttrs(), [self.value], "opened"))


PARTS = ("ring", "delay", "swap", "recurrent", "fading", "joined")


@st.composite
def stateful_models(draw: st.DrawFn) -> StatefulModel:
    """One to three parts in a row."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    drawn = _Drawn(rng, draw(st.integers(1, 6)))
    for part in draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3)):
        getattr(drawn, part)()
    output = drawn.dense(drawn.value)
    sequences, steps = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    samples = rng.normal(size=(sequences, steps, drawn.channels)).astype(np.float32)
    outputs = (output, drawn.value) if drawn.value != "x" and draw(st.booleans()) else (output,)
    return StatefulModel(drawn.build.graph("stateful", outputs), samples)


def streaming_model() -> StatefulModel:
    """A classifier of a stream, always the same."""
    drawn = _Drawn(np.random.default_rng(5), 8)
    for part in ("ring", "recurrent", "delay"):
        getattr(drawn, part)()
    scores = drawn.dense(drawn.value)
    output = drawn.build.op(SOFTMAX, SoftmaxAttrs(1.0), [scores], "classes")
    samples = drawn.rng.normal(size=(12, 10, drawn.channels)).astype(np.float32)
    return StatefulModel(drawn.build.graph("stream", (output,)), samples)
