"""The emitted flatbuffer: same bytes every time, packed weights, accepted by both runtimes."""

from __future__ import annotations

import numpy as np
from tflite_micro.python.tflite_micro import runtime as tflm

from mcuq.emit.tflite import tflite_bytes
from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.integer import run_integer
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.runtime import Interpreter, OpResolverType


class UnitRanges:
    def range(self, tensor: str, observer: str) -> tuple[float, float]:
        return -2.0, 2.0


def model(bits: int) -> QuantizedGraph:
    weight = np.random.default_rng(1).normal(size=(5, 3, 3, 3)).astype(np.float32) * 0.2
    tensors = {
        "image": Tensor("image", (1, 4, 4, 3)),
        "w": Tensor("w", weight.shape, weight),
        "c": Tensor("c", (1, 2, 2, 5)),
        "f": Tensor("f", (1, 20)),
        "p": Tensor("p", (1, 20)),
    }
    ops = (
        Op(CONV_2D, "c", ("image", "w"), ("c",), ConvAttrs()),
        Op(RESHAPE, "f", ("c",), ("f",), ReshapeAttrs((1, 20))),
        Op(SOFTMAX, "p", ("f",), ("p",), SoftmaxAttrs()),
    )
    graph = Graph("tiny", tensors, ops, ("image",), ("f", "p"))
    return quantize(graph, UnitRanges(), Config(default_weight=WeightChoice(bits)))


def test_bytes_do_not_change_between_calls() -> None:
    assert tflite_bytes(model(4)) == tflite_bytes(model(4))


def test_int4_weights_take_half_the_bytes() -> None:
    assert len(tflite_bytes(model(4), packed_int4=False)) - len(tflite_bytes(model(4))) >= 60


def test_packed_and_unpacked_int4_run_alike() -> None:
    x = np.random.default_rng(2).integers(-128, 128, (3, 4, 4, 3)).astype(np.int8)
    expected = run_integer(model(4), [x])
    for packed in (True, False):
        interpreter = tflm.Interpreter.from_bytes(tflite_bytes(model(4), packed))
        for number in range(len(x)):
            interpreter.set_input(x[number : number + 1], 0)
            interpreter.invoke()
            for output, name in enumerate(("f", "p")):
                assert (interpreter.get_output(output)[0] == expected[name][number]).all()


def test_litert_runs_it_by_its_signature() -> None:
    x = np.random.default_rng(3).integers(-128, 128, (1, 4, 4, 3)).astype(np.int8)
    interpreter = Interpreter(
        model_content=tflite_bytes(model(8)),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    outputs = interpreter.get_signature_runner("serving_default")(image=x)
    expected = run_integer(model(8), [x])
    assert (outputs["f"] == expected["f"]).all()
    assert (outputs["p"] == expected["p"]).all()
