"""What is wrong with data is said before the search, kept with the result, and fatal if asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.errors import InputError
from mcuq.pipeline.load import load
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.select import select
from mcuq.progress import Progress
from mcuq.resources import example_dir

DIGITS = example_dir("digits")


def saved(folder: Path, name: str, x: np.ndarray, y: np.ndarray | None = None) -> Path:
    np.savez(folder / name, x=x, **({} if y is None else {"y": y}))
    return folder / name


def digits(name: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(DIGITS / f"{name}.npz") as archive:
        return archive["x"], archive["y"]


@pytest.fixture
def request_(tmp_path: Path) -> BuildRequest:
    return BuildRequest(
        model=DIGITS / "digits_float32.tflite",
        board="stm32f746",
        calibration=DIGITS / "calibration.npz",
        search_data=DIGITS / "search.npz",
        evaluation=DIGITS / "evaluation.npz",
        output=tmp_path / "out",
    )


def codes(request: BuildRequest) -> list[str]:
    return [finding.code for finding in load(request).findings]


@pytest.mark.arm
class TestLoaded:
    def test_the_example_is_right(self, request_: BuildRequest) -> None:
        assert codes(request_) == []

    def test_calibration_on_another_scale(self, request_: BuildRequest, tmp_path: Path) -> None:
        small = saved(tmp_path, "c.npz", digits("calibration")[0] / 255)
        finding, other = load(replace(request_, calibration=small)).findings
        assert other.message.startswith("evaluation and calibration samples")
        assert finding.code == "ranges-apart"
        assert "reaches from 0 to 16, calibration from 0 to 0.06275" in finding.message
        assert finding.hint.startswith("divide by 255 in the search samples, or undo that in the ")

    def test_a_ruling_sample_is_left_out(self, request_: BuildRequest, tmp_path: Path) -> None:
        x = digits("calibration")[0].astype(np.float32)
        x[5] *= 1000
        odd = replace(request_, calibration=saved(tmp_path, "c.npz", x))
        loaded = load(odd)
        assert [finding.code for finding in loaded.findings] == ["outlier-sample"]
        assert "sample 5 reaches from 0 to 1.6e+04" in loaded.findings[0].message
        assert loaded.calibration.inputs[0].max() == 16
        kept = load(replace(odd, keep_outliers=True))
        assert kept.calibration.inputs[0].max() == 16000
        assert [finding.code for finding in kept.findings] == ["outlier-sample"]

    def test_a_ruling_sample_is_still_evaluated(
        self, request_: BuildRequest, tmp_path: Path
    ) -> None:
        x, y = digits("calibration")
        x = x.astype(np.float32)
        x[5] *= 1000
        alone = saved(tmp_path, "c.npz", x, y)
        loaded = load(replace(request_, calibration=alone, search_data=None, evaluation=None))
        assert (len(loaded.search), len(loaded.evaluation)) == (len(x) - 1, len(x))

    def test_a_metric_that_does_not_suit_is_refused(self, request_: BuildRequest) -> None:
        with pytest.raises(InputError, match="output shape"):
            load(replace(request_, metric="mse"))
        with pytest.raises(InputError, match="no output 'boxes'"):
            load(replace(request_, metric_output="boxes"))


@pytest.mark.arm
def test_everything_is_said_before_the_search(request_: BuildRequest, tmp_path: Path) -> None:
    small = saved(tmp_path, "c.npz", digits("calibration")[0] / 255)
    seen: list[Progress] = []
    odd = replace(request_, calibration=small, search_data=DIGITS / "evaluation.npz", evaluations=4)
    selected = select(odd, seen.append)
    told = [step.finding.code for step in seen if step.finding is not None]
    assert tuple(told) == tuple(finding.code for finding in selected.findings)
    assert {"ranges-apart", "shared-samples", "large-fall"} == set(told)
    last = max(i for i, step in enumerate(seen) if step.finding is not None)
    first = min(i for i, step in enumerate(seen) if step.stage == "search")
    assert last < first


def quantize(folder: Path, model: Path, calibration: Path, *more: str) -> dict[str, Any]:
    words = ["quantize", str(model), "--bits", "8", "--calibration", str(calibration), *more]
    assert main([*words, "-o", str(folder / "out")]) == 0
    document: dict[str, Any] = json.loads((folder / "out" / "manifest.json").read_text())
    return document


@pytest.mark.slow
@pytest.mark.arm
def test_a_warning_is_kept_and_strict_makes_it_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = saved(tmp_path, "c.npz", digits("calibration")[0] / 255)
    model, evaluation = DIGITS / "digits_float32.tflite", str(DIGITS / "evaluation.npz")
    made = quantize(tmp_path, model, small, "--evaluation", evaluation)
    told = [warning["code"] for warning in made["warnings"]]
    assert told == ["ranges-apart", "large-fall"]
    assert "[ranges-apart]" in capsys.readouterr().err
    page = (tmp_path / "out" / "report.html").read_text()
    assert "different scales" in page
    words = ["quantize", str(model), "--bits", "8", "--calibration", str(small), "--strict"]
    assert main([*words, "--evaluation", evaluation, "-o", str(tmp_path / "no")]) == 3
    assert not (tmp_path / "no").exists()


@pytest.mark.slow
@pytest.mark.arm
class TestCases:
    def test_a_ruling_sample(self, cases: Path, tmp_path: Path) -> None:
        one_hot, odd = (cases / "data" / f"{name}.npz" for name in ("cls_onehot", "outlier"))
        made = quantize(tmp_path, cases / "models/cls3.onnx", odd, "--evaluation", str(one_hot))
        assert made["result"]["float"] == 1.0
        assert made["result"]["quantized"] >= 0.97
        assert [warning["code"] for warning in made["warnings"]] == ["outlier-sample"]
        assert "sample 7 reaches from -1.184 to 1e+06" in made["warnings"][0]["message"]

    def test_data_in_the_files_own_layout(self, cases: Path, tmp_path: Path) -> None:
        data = cases / "data" / "amb_cls.npz"
        made = quantize(tmp_path, cases / "models" / "amb_cls.onnx", data)
        assert made["result"]["float"] == 1.0
        assert main(["run", str(data), str(tmp_path / "out"), "-o", str(tmp_path / "a.npz")]) == 0
        answers = np.load(tmp_path / "a.npz")["y0"].argmax(axis=1)
        assert np.mean(answers == np.load(data)["y"]) == made["result"]["quantized"]

    def test_a_binary_classifier(self, cases: Path, tmp_path: Path) -> None:
        made = quantize(tmp_path, cases / "models/bin_sigmoid.onnx", cases / "data" / "bin.npz")
        assert (made["result"]["metric"], made["result"]["float"]) == ("top1", 1.0)
        assert made["also"] == [{"metric": "auc", "float": 1.0, "quantized": 1.0}]

    def test_targets_with_channels_first(self, cases: Path, tmp_path: Path) -> None:
        files = (cases / "torch" / f"nchw_targets{end}" for end in (".onnx", "_cal.npz", "_ev.npz"))
        model, calibration, evaluation = files
        more = ["--evaluation", str(evaluation), "--metric", "mse"]
        made = quantize(tmp_path, model, calibration, *more)
        assert made["result"]["float"] < 1e-10
        assert made["outputs_as_given"][0]["shape"] == [1, 3, 12, 12]
        # Another tool's file, and our own as one, are judged by the same targets.
        words = ["compare", str(tmp_path / "out"), str(tmp_path / "out" / "model.tflite")]
        assert main([*words, "--evaluation", str(evaluation)]) == 0
