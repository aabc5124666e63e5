"""Products of matrices in every form, Einsum and attention equal onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.movement import TRANSPOSE
from mcuq.ops.softmax import HIDDEN, SOFTMAX

SIZE = st.integers(1, 4)


@given(
    rows=SIZE, depth=SIZE, columns=SIZE, batches=st.lists(SIZE, max_size=2),
    shared=st.booleans(), constant=st.sampled_from(["none", "first", "second"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_matmul(
    rows: int, depth: int, columns: int, batches: list[int], shared: bool, constant: str
) -> None:
    a, b = (1, *batches, rows, depth), (1, *batches, depth, columns)
    model = Model(a, b)
    operands = ["x0", "x1"]
    if constant != "none":
        number = int(constant == "second")
        shape = (a, b)[number]
        operands[number] = model.weights(*(shape[-2:] if shared else shape))
    assert_equals_onnxruntime(model.content(model.node("MatMul", operands)))


@pytest.mark.parametrize("first", [True, False])
def test_matmul_with_a_vector(first: bool) -> None:
    model = Model((1, 3, 3))
    operands = [model.weights(3), "x0"] if first else ["x0", model.weights(3)]
    assert_equals_onnxruntime(model.content(model.node("MatMul", operands)))


def test_a_turned_matrix_is_an_option() -> None:
    model = Model((1, 2, 4, 3), (1, 2, 5, 3))
    turned = model.node("Transpose", ["x1"], perm=[0, 1, 3, 2])
    graph = assert_equals_onnxruntime(model.content(model.node("MatMul", ["x0", turned])))
    assert [(op.kind, op.attrs) for op in graph.ops] == [(BATCH_MATMUL, MatmulAttrs(False, True))]


@given(
    rows=SIZE, depth=SIZE, columns=SIZE, turned=st.tuples(st.integers(0, 1), st.integers(0, 1)),
    constant=st.sampled_from(["none", "first", "second"]),
    bias=st.sampled_from(["none", "number", "row", "column", "matrix", "computed"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_gemm(
    rows: int, depth: int, columns: int, turned: tuple[int, int], constant: str, bias: str
) -> None:
    a = (depth, rows) if turned[0] else (rows, depth)
    b = (columns, depth) if turned[1] else (depth, columns)
    model = Model((1, *a), (1, *b), (1, rows, columns))
    flat = [
        model.node("Reshape", [f"x{n}", model.constant(np.array(shape))])
        for n, shape in enumerate((a, b, (rows, columns)))
    ]
    if constant != "none":
        number = int(constant == "second")
        flat[number] = model.weights(*(a, b)[number])
    shapes = {"number": (1,), "row": (columns,), "column": (rows, 1), "matrix": (rows, columns)}
    third = (
        [] if bias == "none" else [flat[2] if bias == "computed" else model.weights(*shapes[bias])]
    )
    y = model.node(
        "Gemm", [*flat[:2], *third], transA=turned[0], transB=turned[1], alpha=0.5, beta=2.0
    )
    assert_equals_onnxruntime(model.content(y))


EQUATIONS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("bij,bjk->bik", ((1, 3, 4), (1, 4, 5))),
    ("bic,bjc->bij", ((1, 3, 4), (1, 5, 4))),
    ("bhid,bhjd->bhij", ((1, 2, 3, 4), (1, 2, 5, 4))),
    ("nctv,vw->nctw", ((1, 3, 4, 5), (5, 6))),
    ("bi,bj->bij", ((1, 3), (1, 4))),
    ("bi,bi->b", ((1, 3), (1, 3))),
    ("bij,bi->bj", ((1, 3, 4), (1, 3))),
    ("bij->bji", ((1, 3, 4),)),
    ("bij->bi", ((1, 3, 4),)),
    ("b...j,jk->b...k", ((1, 3, 4, 5), (5, 6))),
    ("bij,bjk", ((1, 3, 4), (1, 4, 5))),
    ("bki,bkj->bij", ((1, 3, 4), (1, 3, 5))),
    ("bijk,bl->bjl", ((1, 3, 4, 5), (1, 6))),
]


@pytest.mark.parametrize(("equation", "shapes"), EQUATIONS)
@pytest.mark.parametrize("constant", [False, True])
def test_einsum(equation: str, shapes: tuple[tuple[int, ...], ...], constant: bool) -> None:
    computed = [shape for shape in shapes if shape[0] == 1]
    if constant and len(shapes) > 1:
        computed = computed[:1]
    model = Model(*computed)
    names = [f"x{n}" for n in range(len(computed))]
    names += [model.weights(*shape) for shape in shapes[len(computed) :]]
    y = model.node("Einsum", names, equation=equation)
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


@pytest.mark.parametrize("equation", ["bii->bi", "bi,bi,bi->b", "bi,bj->bk"])
def test_einsum_refused(equation: str) -> None:
    count = equation.count(",") + 1
    shape = (1, 3, 3) if equation == "bii->bi" else (1, 3)
    model = Model(*[shape] * count)
    names = [f"x{n}" for n in range(count)]
    with pytest.raises(InputError):
        load_onnx(model.content(model.node("Einsum", names, equation=equation)))


@given(
    heads=st.integers(1, 3), queries=SIZE, keys=SIZE, width=SIZE, flat=st.booleans(),
    causal=st.integers(0, 1), mask=st.sampled_from(["none", "added", "truth"]),
    scale=st.sampled_from([None, 0.3]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_attention(
    heads: int, queries: int, keys: int, width: int, flat: bool, causal: int, mask: str,
    scale: float | None,
) -> None:  # fmt: skip
    shapes = [
        (1, length, heads * width) if flat else (1, heads, length, width)
        for length in (queries, keys, keys)
    ]
    model = Model(*shapes, opset=23)
    inputs = ["x0", "x1", "x2"]
    if mask == "added":
        inputs.append(model.weights(queries, keys))
    elif mask == "truth":
        allowed = model.rng.random((queries, keys)) < 0.7
        allowed[:, 0] = True
        inputs.append(model.constant(allowed))
    attrs: dict[str, Any] = {"is_causal": causal}
    if flat:
        attrs |= {"q_num_heads": heads, "kv_num_heads": heads}
    if scale is not None:
        attrs["scale"] = scale
    assert_equals_onnxruntime(model.content(model.node("Attention", inputs, **attrs)))


@pytest.mark.parametrize("least", [-np.inf, np.finfo(np.float32).min, -1e9])
@pytest.mark.parametrize("kind", ["Add", "Where"])
def test_masks_of_scores_are_finite(least: float, kind: str) -> None:
    model = Model((1, 4, 6))
    scores = model.node("MatMul", ["x0", model.node("Transpose", ["x0"], perm=[0, 2, 1])])
    scores = model.node("Mul", [scores, model.constant(np.float32(0.2))])
    visible = np.tril(np.ones((4, 4), bool))
    if kind == "Add":
        mask = model.constant(np.where(visible, 0, least).astype(np.float32))
        scores = model.node("Add", [scores, mask])
    else:
        fill = model.constant(np.float32(least))
        scores = model.node("Where", [model.constant(visible), scores, fill])
    weights = model.node("Softmax", [scores], axis=-1)
    graph = assert_equals_onnxruntime(model.content(model.node("MatMul", [weights, "x0"])))
    constants = [t.data for t in graph.tensors.values() if t.data is not None]
    assert min(float(data.min()) for data in constants) >= HIDDEN
    assert SOFTMAX in {op.kind for op in graph.ops} and TRANSPOSE not in {
        op.kind for op in graph.ops
    }


def test_infinities_elsewhere_are_refused() -> None:
    model = Model((1, 4))
    y = model.node("Add", ["x0", model.constant(np.float32(-np.inf))])
    with pytest.raises(InputError, match="NaN or infinity"):
        load_onnx(model.content(y))
