"""What `mcuq inspect` accepts is built: shapes and operators are refused on loading, or never."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from as_given import assert_equal_to_micro, run_in_micro
from operator_cases import FixedRanges
from tflite_files import File, opts

from mcuq.cli.main import main
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.buildable import check_buildable
from mcuq.lower import lower
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    TRANSPOSE,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    TransposeAttrs,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LOGISTIC, RELU
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.quantize import quantize

_SIZES = (2, 3, 2, 3, 2, 2)


def _graph(
    kind: AnyOperator, attrs: Attrs, shapes: list[tuple[int, ...]], weight: int = 0
) -> Graph:
    """One operator on inputs of these shapes; with `weight`, also on a filter of three rows."""
    tensors = {f"x{i}": Tensor(f"x{i}", shape) for i, shape in enumerate(shapes)}
    inputs = tuple(tensors)
    if weight:
        tensors["w"] = Tensor("w", (3, weight), np.ones((3, weight), np.float32))
    result = kind.shape(attrs, [tensor.shape for tensor in tensors.values()])
    op = Op(kind, "y", tuple(tensors), ("y",), attrs)
    return Graph("case", {**tensors, "y": Tensor("y", result)}, (op,), inputs, ("y",))


def _graphs(rank: int) -> list[Graph]:
    """The operators that take any number of dimensions, with `rank` of them."""
    shape = (1, *_SIZES[: rank - 1])
    thinner = tuple(1 if axis % 2 else size for axis, size in enumerate(shape))
    begin, end, ones = (0,) * rank, shape, (1,) * rank
    rows = FullyConnectedAttrs(keep_num_dims=True)
    return [
        *(
            _graph(kind, BinaryAttrs(), [shape, other])
            for kind in (ADD, SUB, MUL)
            for other in (shape, thinner, (1,) * rank)
        ),
        _graph(CONCATENATION, ConcatAttrs(rank - 1), [shape, shape]),
        _graph(PAD, PadAttrs(((0, 0), *[(1, 1)] * (rank - 1))), [shape]),
        _graph(TRANSPOSE, TransposeAttrs((0, *range(rank - 1, 0, -1))), [shape]),
        _graph(STRIDED_SLICE, StridedSliceAttrs(begin, end, ones), [shape]),
        _graph(MEAN, MeanAttrs((rank - 1,), True), [shape]),
        _graph(SOFTMAX, SoftmaxAttrs(), [shape]),
        _graph(LOGISTIC, NoAttrs(), [shape]),
        _graph(RESHAPE, ReshapeAttrs(shape[::-1]), [shape]),
        _graph(FULLY_CONNECTED, rows, [shape], weight=shape[-1]),
    ]


@pytest.mark.parametrize("rank", [2, 3, 4, 5, 6, 7])
def test_every_number_of_dimensions(rank: int, tmp_path: Path) -> None:
    accepted, refused = [], set()
    for graph in _graphs(rank):
        try:
            accepted.append(check_buildable(graph))
        except InputError as error:
            assert f"{rank} dimensions" in str(error) and "reshape" in error.hint
            refused.add(graph.ops[0].kind)
    integer = {str(i): quantize(graph, FixedRanges()) for i, graph in enumerate(accepted)}
    runs = run_in_micro({name: tflite_bytes(qgraph) for name, qgraph in integer.items()}, tmp_path)
    for name, qgraph in integer.items():
        lower(qgraph)
        assert_equal_to_micro(qgraph, runs[name], f"{qgraph.ops[0].kind} of {rank}")
    few = {STRIDED_SLICE} if rank > 4 else set()
    few |= {TRANSPOSE, PAD} if rank > 5 else set()
    assert refused == few if rank < 7 else len(accepted) == 0


def test_a_tensor_is_neither_empty_nor_too_large() -> None:
    for size in (0, 2**31):
        tensors = {name: Tensor(name, (1, size)) for name in "xy"}
        op = Op(RELU, "y", ("x",), ("y",), NoAttrs())
        with pytest.raises(InputError, match="at least one value"):
            check_buildable(Graph("g", tensors, (op,), ("x",), ("y",)))


def _files() -> dict[str, tuple[bytes, tuple[int, ...], int]]:
    """Name → file, shape of its inputs, and their number: forms that exporters rarely write."""
    files = {}

    def add(name: str, shape: tuple[int, ...], result: tuple[int, ...], kind: str = "TANH") -> None:
        file = File()
        x, y = file.tensor("x", shape), file.tensor("y", result)
        operands, options = [x], None
        if kind == "MEAN":
            operands, options = [x, file.constant("axes", [0, 1])], opts("Reducer")
        elif kind == "TRANSPOSE":
            operands = [x, file.constant("perm", [1, 2, 0])]
        file.op(kind, operands, y, options)
        twice = [y, y] if name == "output_twice" else [y]
        others = [file.tensor("unused", shape)] if name == "unused_input" else []
        files[name] = (file.content([x, *others], twice), shape, 1 + len(others))

    add("one_dimension", (1,), (1,))
    add("scalar_output", (1, 4), (), "MEAN")
    add("moved_batch", (1, 2, 2), (2, 2, 1), "TRANSPOSE")
    add("output_twice", (1, 4), (1, 4))
    add("unused_input", (1, 4), (1, 4))
    return files


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("name", list(_files()))
def test_rare_forms_are_built(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, shape, inputs = _files()[name]
    (tmp_path / "model.tflite").write_bytes(content)
    samples = np.random.default_rng(0).normal(size=(8, *shape[1:])).astype(np.float32)
    np.savez(
        tmp_path / "data.npz", **{f"x{i}" if inputs > 1 else "x": samples for i in range(inputs)}
    )
    model = str(tmp_path / "model.tflite")
    assert main(["inspect", model]) == 0
    words = ["quantize", model, "--board", "stm32f746", "-o", str(tmp_path / "out")]
    assert main([*words, "--calibration", str(tmp_path / "data.npz")]) == 0, capsys.readouterr().err
