"""Inputs that TFLite Micro aborts on are told before, not met."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.pipeline.undefined import check_defined, many_class_findings
from mcuq.quantize import Config, quantize


class FortyRanges:
    def range(self, tensor: str, observer: str) -> tuple[float, float]:
        return -40.0, 40.0


def softmax_over(classes: int) -> Graph:
    tensors = {name: Tensor(name, (1, classes)) for name in ("x", "p")}
    op = Op(SOFTMAX, "p", ("x",), ("p",), SoftmaxAttrs())
    return Graph("wide", tensors, (op,), ("x",), ("p",))


def samples(classes: int, flat: bool) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(4, classes)).astype(np.float32) * 9
    if flat:
        x[2] = 0.25
    return x


@pytest.mark.parametrize("classes", [512, 5000])
def test_a_flat_sample_is_named(classes: int) -> None:
    qgraph = quantize(softmax_over(classes), FortyRanges())
    with pytest.raises(InputError, match=rf"SOFTMAX 'p'.*sample 2.*{classes} classes") as error:
        check_defined(qgraph, [samples(classes, flat=True)])
    assert "before the SOFTMAX" in str(error.value.hint)


def test_few_classes_and_int16_are_never_flat() -> None:
    check_defined(quantize(softmax_over(511), FortyRanges()), [samples(511, flat=True)])
    wide = quantize(softmax_over(5000), FortyRanges(), Config(activation_bits=16))
    check_defined(wide, [samples(5000, flat=True)])
    assert many_class_findings(softmax_over(511), 8) == ()
    assert many_class_findings(softmax_over(5000), 16) == ()


def test_many_classes_are_warned_of() -> None:
    (finding,) = many_class_findings(softmax_over(1000), 8)
    assert finding.code == "wide-softmax"
    assert "1000 classes" in finding.message


@pytest.mark.arm
def test_a_thousand_flat_classes_end_in_one_line(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(cases / "data" / "flat.npz")
    words = ["quantize", str(cases / "models" / "flat1000.onnx"), "--bits", "8"]
    words += ["--calibration", data, "--evaluation", data, "-o", str(tmp_path / "out")]
    assert main([*words, "--board", "nucleo-f446re"]) == 3
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(errors) == 1 and "TFLite Micro aborts there" in errors[0]
