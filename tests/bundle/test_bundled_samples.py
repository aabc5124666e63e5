"""Samples that need no data, of every type that an input has."""

from __future__ import annotations

import numpy as np
from indexed_model import ROWS, chosen_rows
from stateful_models import streaming_model

from mcuq.bundle.samples import StoredInput, questions, stored_inputs
from mcuq.emit.tflite import tflite_bytes
from mcuq.integrate.built import pattern


def test_indices_are_those_of_something_and_truth_is_0_or_1() -> None:
    content = chosen_rows()
    index, mask = stored_inputs(content)
    assert index == StoredInput(np.dtype(np.int32), 6, np.array([ROWS]))
    assert mask == StoredInput(np.dtype(np.bool_), 24, np.array([2]))
    asked = questions(content, 0)
    assert [values.dtype for values in asked.inputs] == [np.int32, np.bool_]
    assert sorted({*asked.inputs[0].ravel()}) == [*range(ROWS)], "each of them"
    assert {*asked.inputs[1].ravel()} == {False, True}
    assert not any(asked.begins(run) for run in range(32))


def test_the_fixed_input_of_a_project_is_one_that_the_model_takes() -> None:
    index, mask = map(pattern, stored_inputs(chosen_rows()))
    assert index.dtype == np.int32 and index.tolist() == [(i * 37 + 11) % 256 % 9 for i in range(6)]
    assert mask.dtype == np.bool_ and mask.tolist() == [i % 2 == 0 for i in range(24)]


def test_a_sequence_begins_with_initial_states() -> None:
    content = tflite_bytes(streaming_model().quantized())
    asked = questions(content, 0)
    assert [run for run in range(32) if asked.begins(run)] == [0, 8, 16, 24]
    assert {len(values) for values in (*asked.inputs, *asked.expected)} == {32}
