"""Changed files: what is read computes as TensorFlow Lite Micro does, everything else is refused.

The witness is TensorFlow Lite Micro on the changed file itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema
from as_given import assert_equal_to_micro, run_in_micro
from operator_cases import cases, random_reals, seeded_cases
from test_tflite_as_given import dense
from test_tflite_malformed import network
from test_tflite_operators_as_given import parts

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.unary import HARD_SWISH
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph
from mcuq_fuzz.tflite_mutants import mutant

FILES = 1500


@cache
def _originals() -> tuple[bytes, ...]:
    """A network, and a file of one operator for each kind."""
    graph = load_tflite(network())
    whole = tflite_bytes(quantize(graph, calibrate(graph, random_reals(graph, 1))))
    narrow = [_quantized(kind, Config()) for kind in FLOAT_OPERATORS]
    wide = [
        _quantized(kind, Config(activation_bits=16))
        for kind in FLOAT_OPERATORS
        if kind is HARD_SWISH or not isinstance(kind.int16, NoForm)
    ]
    rewritten = [parts(kind, axis) for kind in ("SPLIT", "SPLIT_V", "UNPACK") for axis in (1, 2)]
    edges = [dense("uint8"), dense("float32")]
    return (whole, *map(tflite_bytes, narrow), *map(tflite_bytes, wide), *rewritten, *edges)


def _quantized(kind: AnyOperator, config: Config) -> QuantizedGraph:
    """The last of ten cases that has an integer form: EXP of a wide range is infinite, say."""
    for case in reversed(seeded_cases(cases(kind), 4, 10)):
        with suppress(InputError):
            return quantize(case.graph, case.ranges, config)
    raise AssertionError(f"no case of {kind.name} can be quantized")


def _read(content: bytes) -> QuantizedGraph | None:
    try:
        return load_quantized(content)
    except InputError as error:
        assert "\n" not in str(error)
        return None


@pytest.mark.slow
def test_what_is_read_computes_as_tflite_micro_does(tmp_path: Path) -> None:
    rng = random.Random(11)
    contents = {f"{n:04}": mutant(rng.choice(_originals()), rng) for n in range(FILES)}
    read = {name: _read(content) for name, content in contents.items()}
    accepted = {name: qgraph for name, qgraph in read.items() if qgraph is not None}
    runs = run_in_micro({name: contents[name] for name in accepted}, tmp_path)
    for name, run in runs.items():
        assert_equal_to_micro(accepted[name], run, name)
    assert FILES // 5 < len(runs) <= len(accepted) < FILES // 2
    # Read, but not run by TensorFlow Lite Micro: the build's own comparison stops those.
    assert len(accepted) - len(runs) < len(accepted) // 50


@pytest.mark.slow
def test_no_fused_activation_is_overlooked(tmp_path: Path) -> None:
    """Also where several operators of a file are read as one."""
    contents = {
        f"{number:03}-{place}-{activation}": content
        for number, original in enumerate(_originals())
        for activation in (_RELU, _RELU6)
        for place, content in enumerate(_activated(original, activation))
    }
    assert len(contents) > 30
    read = {name: _read(content) for name, content in contents.items()}
    accepted = {name: qgraph for name, qgraph in read.items() if qgraph is not None}
    runs = run_in_micro({name: contents[name] for name in accepted}, tmp_path)
    assert len(runs) > 20
    for name, run in runs.items():
        assert_equal_to_micro(accepted[name], run, name)


_RELU, _RELU6 = schema.ActivationFunctionType.RELU, schema.ActivationFunctionType.RELU6


def _activated(original: bytes, activation: int) -> Iterator[bytes]:
    """The file with an activation in one operator, for each one that may have it."""
    model = schema.ModelT.InitFromPackedBuf(original, 0)
    for op in model.subgraphs[0].operators:
        if hasattr(op.builtinOptions, "fusedActivationFunction"):
            before = op.builtinOptions.fusedActivationFunction
            op.builtinOptions.fusedActivationFunction = activation
            builder = flatbuffers.Builder()
            builder.Finish(model.Pack(builder), b"TFL3")
            yield bytes(builder.Output())
            op.builtinOptions.fusedActivationFunction = before
