"""Operators that keep states: each step is TFLite Micro's, and files keep them as they are."""

from __future__ import annotations

from dataclasses import fields
from itertools import islice

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form
from operator_fuzz import recurrent_differences
from recurrent_models import recurrent_forms, recurrent_graph, recurrent_models

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.interpret.integer import run_integer
from mcuq.ops.catalog import OPERATORS
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.micro import run_micro

FORMS = recurrent_forms()


def test_every_operator_that_keeps_states_is_drawn() -> None:
    assert {form.kind for form in FORMS} == {one.name for one in OPERATORS if one.kept}
    for form in FORMS:
        rng = np.random.default_rng(0)
        drawn = [recurrent_graph(form, rng).ops[-1].attrs for _ in range(40)]
        for field in fields(form.operator.attrs):
            assert len({getattr(attrs, field.name) for attrs in drawn}) > 1, field.name


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_steps_equal_tflite_micro(form: Form, seed: int) -> None:
    for model in islice(recurrent_models(form, seed), 2):
        compared, differing = recurrent_differences(model)
        assert compared > 0
        assert differing == 0


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_file_is_read_as_it_was_written(form: Form, seed: int) -> None:
    """Its bytes are written again, its operator is itself, every sequence begins anew."""
    model = next(recurrent_models(form, seed))
    content = tflite_bytes(model.qgraph)
    read = load_quantized(content)
    assert tflite_bytes(read) == content
    assert read.ops[-1].kind is form.operator
    twice = [np.concatenate([values, values]) for values in model.inputs]
    (ours,), (theirs,) = run_integer(read, twice).values(), run_micro(content, twice)
    np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))
    np.testing.assert_array_equal(ours[0], ours[1])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_state_that_something_else_uses_is_refused(form: Form) -> None:
    """What another reader would see of it depends on who comes first."""
    model = schema.ModelT.InitFromPackedBuf(tflite_bytes(next(recurrent_models(form, 0)).qgraph), 0)
    graph = model.subgraphs[0]
    variable = next(i for i, tensor in enumerate(graph.tensors) if tensor.isVariable)
    graph.outputs = [*graph.outputs, variable]
    model.signatureDefs = None
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    with pytest.raises(InputError, match="which something else uses"):
        load_quantized(bytes(builder.Output()))
