"""Commands that need no build: init, inspect, boards, doctor, report, compare, check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mcuq.cli.main import main
from mcuq.diagnosis import Check
from mcuq.importers import load_model
from mcuq.resources import example_dir

DIGITS = example_dir("digits") / "digits_float32.tflite"


def json_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    assert main([*words, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_init_writes_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = json_of(["init", "--example", "digits", str(tmp_path / "demo")], capsys)
    assert str(tmp_path / "demo" / "mcuq.toml") in written["files"]
    assert main(["init", str(tmp_path / "demo")]) == 2
    assert main(["init", str(tmp_path / "blank")]) == 0
    assert (tmp_path / "blank" / "mcuq.toml").is_file()


def test_inspect_counts_macs_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    facts = json_of(["inspect", str(DIGITS)], capsys)
    kinds = {op["kind"] for op in facts["ops"]}
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "MAX_POOL_2D", "FULLY_CONNECTED"} <= kinds
    assert 60_000 <= facts["weights"] <= 150_000
    first = facts["ops"][0]
    assert first["macs"] == 8 * 8 * 32 * 3 * 3
    assert first["parameters"] == 32 * 3 * 3 + 32
    assert [op["filter"] for op in facts["ops"] if op["filter"]] == list(load_model(DIGITS).weights)
    assert facts["macs"] == sum(op["macs"] for op in facts["ops"])
    assert main(["inspect", str(DIGITS)]) == 0
    assert "DEPTHWISE_CONV_2D" in capsys.readouterr().out


@pytest.mark.parametrize("cut", [0, 7, 5000])
def test_a_damaged_model_is_exit_code_3(
    cut: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.tflite").write_bytes(DIGITS.read_bytes()[:cut])
    assert main(["inspect", str(tmp_path / "m.tflite")]) == 3
    assert capsys.readouterr().err.startswith("error: ")


def test_boards(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json_of(["boards", "list"], capsys)
    assert "stm32f746" in [board["name"] for board in listed]
    assert json_of(["boards"], capsys) == listed
    shown = json_of(["boards", "show", "stm32f746"], capsys)
    assert shown["flash"]["bytes"] == 1 << 20
    assert main(["boards", "show", "stm32f746"]) == 0
    assert "origin: 0x08000000" in capsys.readouterr().out
    assert main(["boards", "show", "stm32f747"]) == 2
    assert "stm32f746" in capsys.readouterr().err


def test_doctor_fails_only_for_what_a_build_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def checks(found: bool) -> tuple[Check, ...]:
        compiler = Check("compiler", found, "12.2", required=True, hint="apt-get install it")
        return (compiler, Check("probe", False, "none"))

    monkeypatch.setattr("mcuq.diagnosis.diagnose", lambda: checks(True))
    assert json_of(["doctor"], capsys)["probe"]["found"] is False
    monkeypatch.setattr("mcuq.diagnosis.diagnose", lambda: checks(False))
    assert main(["doctor"]) == 5
    captured = capsys.readouterr()
    assert "compiler: 12.2" in captured.out
    assert "hint: apt-get install it" in captured.err


def test_boards_add(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    svd = tmp_path / "part.svd"
    svd.write_text("<device><name>STM32L433</name><cpu><name>CM4</name></cpu></device>")
    mine = tmp_path / "mine.toml"
    assert main(["boards", "add", str(mine), "--from-svd", str(svd)]) == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert "fill in maker, flash.origin" in said
    assert f"mcuq hil check --board {mine}" in " ".join(said.split())
    assert 'port = "stm32l4"' in mine.read_text(encoding="utf-8")
    for wrong, message in (
        ([str(mine), "--from-svd", str(svd)], "cannot write"),
        ([str(tmp_path / "b.toml")], "nothing to draft from"),
        ([str(tmp_path / "b.toml"), "--from-svd", str(svd), "--part", "x"], "--part chooses"),
        ([str(tmp_path / "b.ini"), "--from-svd", str(svd)], "is no .toml file"),
        ([str(tmp_path / "b.toml"), "--from-svd", str(tmp_path / "none.svd")], "cannot read"),
    ):
        assert main(["boards", "add", *wrong]) != 0
        assert message in capsys.readouterr().err
