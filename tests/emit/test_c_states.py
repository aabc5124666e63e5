"""Emitted C keeps states as our own evaluation does, and gives them to whoever asks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from host_model import HostModel
from hypothesis import given, settings
from stateful_models import StatefulModel, stateful_models


@pytest.mark.parametrize("bits", [8, 16])
@settings(max_examples=8)
@given(model=stateful_models())
def test_emitted_c_gives_the_same_bytes(bits: int, model: StatefulModel) -> None:
    qgraph = model.quantized(bits)
    with TemporaryDirectory() as folder:
        HostModel(qgraph, Path(folder)).check(model.stored(qgraph))


@settings(max_examples=4)
@given(model=stateful_models())
def test_a_restored_state_gives_the_same_steps_again(model: StatefulModel) -> None:
    qgraph = model.quantized()
    (inputs,) = model.stored(qgraph)
    with TemporaryDirectory() as folder:
        host = HostModel(qgraph, Path(folder))
        host.reset()
        host.run([inputs[0, 0]])
        before = host.state
        first = [host.run([step]) for step in inputs[-1]]
        host.restore(before)
        assert all(
            np.array_equal(a, b)
            for step, known in zip(inputs[-1], first, strict=True)
            for a, b in zip(host.run([step]), known, strict=True)
        )
