"""`mcuq.build` does what `mcuq build` does, to the byte, from values in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mcuq
from mcuq.cli.main import main
from mcuq.errors import InputError, UsageError
from mcuq.examples import copy_example

pytestmark = [pytest.mark.slow, pytest.mark.arm]


def next_to_it(outputs: Sequence[Any], labels: Any) -> float:
    return float((abs(outputs[0].argmax(-1) - labels) <= 1).mean())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    copy_example("digits", folder)
    return folder


@pytest.fixture(scope="module")
def arrays(project: Path) -> dict[str, Any]:
    def held(name: str) -> Any:
        with np.load(project / f"{name}.npz") as file:
            return file["x"], file["y"]

    return {name: held(name) for name in ("search", "evaluation")} | {
        "calibration": np.load(project / "calibration.npz")["x"]
    }


@pytest.fixture(scope="module")
def built(project: Path, arrays: dict[str, Any]) -> mcuq.Build:
    return mcuq.build(
        str(project / "digits_float32.tflite"),
        board="stm32f746",
        calibration=arrays["calibration"],
        search_data=[(x[None], y[None]) for x, y in zip(*arrays["search"], strict=True)],
        evaluation=arrays["evaluation"],
        weight_bytes="60%",
        evaluations=12,
        output=project / "new" / "out",
    )


def test_the_same_bytes_as_the_command(project: Path, built: mcuq.Build) -> None:
    model, *data = (
        str(project / name)
        for name in ("digits_float32.tflite", "calibration.npz", "search.npz", "evaluation.npz")
    )
    words = ["--calibration", data[0], "--search-data", data[1], "--evaluation", data[2]]
    budget = ["--weight-bytes", "60%", "--evaluations", "12", "-o", str(project / "command")]
    assert main(["build", model, "--board", "stm32f746", *words, *budget, "--json"]) == 0
    for name in ("model.tflite", "firmware.bin", "config.json"):
        assert (project / "command" / name).read_bytes() == (built.folder / name).read_bytes()


def test_what_is_in_hand(built: mcuq.Build) -> None:
    result = built.manifest.result
    assert built.manifest.verification.equal_device
    assert result.weight_bytes <= 0.6 * result.int8_weight_bytes
    assert repr(built).startswith("<Build digits_float32.tflite on stm32f746, top1")
    assert repr(built).count("\n") == 0
    assert f"{built.summary()!r}" == f"{built.summary()}"
    assert "every output byte equal" in built.summary()
    assert "every output byte equal" in built._repr_html_()
    assert built.report().path.is_file()
    assert built.report()._repr_html_().startswith("<iframe")
    assert all(path.exists() for path in (built.model, built.sources, built.firmware))
    assert built.front.points
    assert json.loads((built.folder / "config.json").read_text())["tensors"]
    assert built.configuration.tensors


def test_a_metric_of_ones_own(project: Path, arrays: dict[str, Any]) -> None:
    x, y = arrays["evaluation"]
    lines: list[str] = []
    found = mcuq.build(
        project / "digits_float32.tflite",
        calibration=arrays["calibration"],
        evaluation=(x, y),
        metric=next_to_it,
        evaluations=3,
        output=project / "own",
        progress=mcuq.StageLines(lines.append),
    )
    with np.load(project / "evaluation.npz") as file:
        assert len(file["x"]) == found.manifest.result.samples
    assert found.manifest.result.metric == f"{__name__}:next_to_it"
    top1 = mcuq.build(
        project / "digits_float32.tflite",
        calibration=arrays["calibration"],
        evaluation=(x, y),
        evaluations=3,
        output=project / "top1",
    )
    assert found.manifest.result.quantized is not None
    assert top1.manifest.result.quantized is not None
    assert found.manifest.result.quantized >= top1.manifest.result.quantized
    assert lines[0].startswith("load: metric")
    assert lines[-1] == "report"


def test_what_cannot_be_is_said_before_anything_is_written(project: Path, tmp_path: Path) -> None:
    model, output = project / "digits_float32.tflite", tmp_path / "new" / "out"
    for options, says in (
        ({"boards": "stm32f746"}, "no option boards"),
        ({"weight_bytes": 0.5}, "weight_bytes=0.5 is float"),
        ({"seed": True}, "seed=True is bool"),
        ({"seed": -1}, "--seed -1 is too small"),
        ({"method": "best"}, "--method"),
        ({"metric": 5}, "neither a name nor a function"),
    ):
        with pytest.raises(UsageError, match=says) as error:
            mcuq.build(model, output=output, calibration=np.zeros((1, 2)), **options)  # type: ignore[arg-type]  # as users may
        assert error.value.hint
    with pytest.raises(InputError, match="no such file"):
        mcuq.build(tmp_path / "none.tflite", output=output, calibration=np.zeros((1, 2)))
    assert not output.exists()
