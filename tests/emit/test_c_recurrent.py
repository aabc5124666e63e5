"""Emitted C of operators that keep states: the same bytes, in the states' own memory."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from host_model import HostModel
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form
from recurrent_models import recurrent_forms, recurrent_models

from mcuq.choices import Kernels

FORMS = recurrent_forms()


@pytest.mark.parametrize("kernels", ["mcuq", "cmsis-nn"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32 - 1))
def test_emitted_c_gives_the_same_bytes(form: Form, kernels: Kernels, seed: int) -> None:
    """By the fast kernels, and by the portable ones."""
    model = next(recurrent_models(form, seed))
    with TemporaryDirectory() as folder:
        host = HostModel(model.qgraph, Path(folder), kernels)
        host.check(model.inputs)
        tensors = model.qgraph.tensors
        kept = [tensors[state.read].nbytes for state in model.qgraph.states]
        assert sum(kept) <= host.memory.state_bytes < sum(kept) + 16 * len(kept)
        # New states take the old ones' bytes, by no copy.
        assert len(host.memory.program.calls) == 1


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_restored_state_gives_the_same_steps_again(form: Form) -> None:
    model = next(recurrent_models(form, 3))
    (steps,) = (values[0] for values in model.inputs)
    with TemporaryDirectory() as folder:
        host = HostModel(model.qgraph, Path(folder))
        host.reset()
        host.run([steps[0]])
        before = host.state
        first = [host.run([step])[0] for step in steps]
        assert host.state != before
        host.restore(before)
        again = [host.run([step])[0] for step in steps]
        np.testing.assert_array_equal(first, again)
