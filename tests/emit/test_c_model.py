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
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED

FORMS = [
    form
    for form in forms((8, 4, 2, TERNARY))
    if form.per == "channel" or form.operator is FULLY_CONNECTED
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=2)
@given(data=st.data())
def test_every_operator(form: Form, data: st.DataObject) -> None:
    # Each is compiled: the kernels' own tests draw many more.
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
