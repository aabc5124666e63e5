"""Damaged files give a typed error or, where the damage is harmless, a graph: nothing else."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from tflite_files import File

from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model, load_tflite
from mcuq.importers.tflite.convert import convert
from mcuq.importers.tflite.reader import read_model
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.movement import CONCATENATION, ConcatAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.tflite.float_model import float_tflite_bytes


@cache
def network() -> bytes:
    """A small network with constants, options, shape operands, two inputs and two outputs."""
    shapes = {
        "a": (1, 4, 4, 2),
        "b": (1, 4, 4, 2),
        "conv": (1, 4, 4, 2),
        "sum": (1, 4, 4, 2),
        "cat": (1, 4, 4, 4),
        "part": (1, 2, 4, 4),
        "mean": (1, 4),
        "dense": (1, 3),
        "soft": (1, 3),
    }
    tensors = {name: Tensor(name, shape) for name, shape in shapes.items()}
    rng = np.random.default_rng(1)
    for name, shape in {"w": (2, 1, 1, 2), "wb": (2,), "f": (3, 4), "fb": (3,)}.items():
        tensors[name] = Tensor(name, shape, rng.normal(size=shape).astype(np.float32))
    ops = (
        _op(CONV_2D, ("a", "w", "wb"), "conv", ConvAttrs(padding=Padding.SAME)),
        _op(ADD, ("conv", "b"), "sum", BinaryAttrs(Activation.RELU)),
        _op(CONCATENATION, ("sum", "a"), "cat", ConcatAttrs(3)),
        _op(
            STRIDED_SLICE,
            ("cat",),
            "part",
            StridedSliceAttrs((0, 1, 0, 0), (1, 3, 4, 4), (1, 1, 1, 1)),
        ),
        _op(MEAN, ("part",), "mean", MeanAttrs((1, 2))),
        _op(FULLY_CONNECTED, ("mean", "f", "fb"), "dense", FullyConnectedAttrs()),
        _op(SOFTMAX, ("dense",), "soft", SoftmaxAttrs()),
    )
    return float_tflite_bytes(Graph("main", tensors, ops, ("a", "b"), ("soft", "mean")))


def _op(kind: AnyOperator, inputs: tuple[str, ...], output: str, attrs: object) -> Op:
    return Op(kind, output, inputs, (output,), attrs)  # type: ignore[arg-type]


def _outcome(content: bytes) -> Graph | InputError:
    """As `load_tflite` without its last net: reader and rules must notice by themselves."""
    try:
        return convert(read_model(content), None).graph
    except InputError as error:
        assert "\n" not in str(error)
        return error


def test_the_network_is_valid() -> None:
    assert len(load_tflite(network()).ops) == 7


def test_truncation_at_every_length_is_an_input_error() -> None:
    content = network()
    whole = [length for length in range(len(content)) if isinstance(
        _outcome(content[:length]), Graph
    )]  # fmt: skip
    # Only what follows the last byte that is read may be missing: padding of the last string.
    assert all(length > len(content) - 4 for length in whole)


def test_every_single_byte_changed_is_caught_or_harmless() -> None:
    content = network()
    errors = 0
    for position in range(len(content)):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(content)
            changed[position] ^= change
            errors += isinstance(_outcome(bytes(changed)), InputError)
    assert errors > len(content) // 2


def test_several_random_bytes_changed_are_caught_or_harmless() -> None:
    content, rng = network(), random.Random(7)
    for _ in range(3000):
        changed = bytearray(content)
        for _ in range(rng.randrange(2, 9)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        _outcome(bytes(changed))


def test_random_bytes_behind_the_identifier_are_caught() -> None:
    rng = random.Random(8)
    for _ in range(2000):
        noise = rng.randbytes(rng.randrange(8, 200))
        assert isinstance(_outcome(noise[:4] + b"TFL3" + noise[8:]), InputError)


def test_other_files_are_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="identifier TFL3 is missing"):
        load_tflite(b"PK\x03\x04 something else entirely")
    with pytest.raises(InputError, match="cannot read"):
        load_model(tmp_path / "missing.tflite")
    with pytest.raises(InputError, match="cannot tell what kind of model"):
        load_model(tmp_path / "model.pdf")
    with pytest.raises(InputError, match="cannot read"):
        folder = tmp_path / "folder.tflite"
        folder.mkdir()
        load_model(folder)


def test_values_that_are_not_finite_are_named() -> None:
    weights = load_tflite(network()).tensors["w"].data
    assert weights is not None
    content = network().replace(weights.tobytes(), np.full_like(weights, np.nan).tobytes(), 1)
    with pytest.raises(InputError, match=r"\('w'\) holds values that are not finite"):
        load_tflite(content)


def test_truth_values_are_zero_or_one() -> None:
    file = File()
    x, mask = file.tensor("x", (1, 4), "bool"), file.constant("mask", [[1, 0, 1, 0]], "bool")
    y = file.op("LOGICAL_AND", [x, mask], file.tensor("y", (1, 4), "bool"))
    content = file.content([x], [y])
    assert load_tflite(content).ops
    damaged = content.replace(b"\1\0\1\0", b"\1\0\2\0")
    assert damaged != content
    with pytest.raises(InputError, match=r"\('mask'\) of bool holds the byte 2"):
        load_tflite(damaged)


@pytest.mark.parametrize("written", ["input", "between", "output"])
def test_a_tensor_that_is_written_holds_no_constant(written: str) -> None:
    """TensorFlow Lite Micro would write into the constant, and into all that share it."""
    file, data = File(), np.ones((1, 4), np.float32)
    names = ("input", "between", "output")
    x, y, z = (
        file.constant(name, data, "float32") if name == written else file.tensor(name, (1, 4))
        for name in names
    )
    file.op("ABS", [x], y)
    file.op("NEG", [y], z)
    with pytest.raises(InputError, match=rf"tensor {names.index(written)} .* both"):
        load_tflite(file.content([x], [z]))
