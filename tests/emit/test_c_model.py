"""Emitted C gives the bytes of our own evaluation, for every operator at every width."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from host_model import HostModel
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form, forms, models, quantized
from operator_cases import least_case

from mcuq.numeric import TERNARY
from mcuq.ops.weighted import CONV_2D


@pytest.mark.parametrize("form", forms((8, 4, 2, TERNARY)), ids=lambda form: form.name)
@settings(max_examples=3)
@given(data=st.data())
def test_every_operator(form: Form, data: st.DataObject) -> None:
    model = data.draw(models(form))
    with TemporaryDirectory() as folder:
        HostModel(model.qgraph, Path(folder)).check(model.inputs())


def test_the_same_model_gives_the_same_text(tmp_path: Path) -> None:
    qgraph = quantized(least_case(CONV_2D), Form("CONV_2D"))
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        HostModel(qgraph, tmp_path / name)
        texts.append((tmp_path / name / "model" / "model.c").read_bytes())
    assert texts[0] == texts[1]
