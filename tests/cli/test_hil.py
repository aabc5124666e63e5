"""`mcuq hil`: list, check, run, soak, on emulated boards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from mcuq.cli.hil import hil_app
from mcuq.compiler.selftest import build_selftest
from mcuq.errors import DeviceError, InputError, UsageError
from mcuq_hil import load_board

FARM = """
[[place]]
name = "left"
board = "stm32f746"
emulated = 1

[[place]]
board = "nucleo-g071rb"
emulated = 1
"""
BROKEN = FARM + '\n[[place]]\nname = "gone"\nboard = "stm32f746"\nport = "/dev/no-such-port"\n'


@pytest.fixture
def farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "hil.toml"
    path.write_text(FARM)
    return path


def run(*words: str) -> Any:
    """The JSON document of a command; its exception, if it ends with one, is raised."""
    result = CliRunner().invoke(hil_app, [*words, "--json"], catch_exceptions=False)
    return json.loads(result.stdout)


def test_list_shows_the_farm(farm: Path) -> None:
    facts = run("list")
    assert [place["name"] for place in facts["places"]] == ["left", "nucleo-g071rb"]
    assert isinstance(facts["ports"], list)
    text = CliRunner().invoke(hil_app, ["list"]).stdout
    assert "left" in text and "emulator" in text


@pytest.mark.arm
def test_check_runs_the_self_test_everywhere(farm: Path) -> None:
    results = run("check")
    assert [(facts["place"], facts["ok"]) for facts in results] == [
        ("left", True),
        ("nucleo-g071rb", True),
    ]
    assert all(facts["count"] > 0 and facts["unit"] == "instructions" for facts in results)


@pytest.mark.arm
def test_check_says_which_place_fails_and_exits_with_5(farm: Path) -> None:
    farm.write_text(BROKEN)
    result = CliRunner().invoke(hil_app, ["check", "--json"])
    assert result.exit_code == 5
    assert [facts["ok"] for facts in json.loads(result.stdout)] == [True, True, False]
    result = CliRunner().invoke(hil_app, ["check"])
    assert isinstance(result.exception, DeviceError)
    assert "1 of 3 places fail: gone" in str(result.exception)
    assert "PortError: cannot open /dev/no-such-port" in result.stdout


@pytest.mark.arm
def test_run_gives_outputs_and_counts(tmp_path: Path) -> None:
    elf = build_selftest(load_board("stm32f746"), tmp_path / "out").elf
    samples = np.arange(2 * 1500, dtype=np.int64).astype(np.int8).reshape(2, 1500)
    np.save(tmp_path / "x.npy", samples)
    words = ["run", str(elf), "--board", "stm32f746", "--input", str(tmp_path / "x.npy")]
    facts = run(*words, "--output", str(tmp_path / "y.npz"))
    assert facts["samples"] == 2
    assert facts["unit"] == "instructions"
    wide = samples.astype(np.int64)
    expected = (3 * wide + np.roll(wide, -1, axis=1)).astype(np.int8)
    assert np.array_equal(np.load(tmp_path / "y.npz")["y0"], expected)


@pytest.mark.parametrize("content", [np.zeros((2, 3), np.float32), None])
def test_run_refuses_what_is_not_int8(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "x.npy"
    if content is None:
        path.write_bytes(b"no array")
    else:
        np.save(path, content)
    with pytest.raises(InputError):
        run("run", "any.elf", "--board", "stm32f746", "--input", str(path))


@pytest.mark.arm
def test_a_short_soak(farm: Path) -> None:
    facts = run("soak", "--minutes", "0.02")
    assert set(facts["rounds"]) == {"left", "nucleo-g071rb"}
    assert all(rounds > 0 for rounds in facts["rounds"].values())
    assert facts["errors"] == []


def test_without_farm_or_board_there_is_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no hil\.toml here"):
        run("check")
    with pytest.raises(UsageError, match="needs --board"):
        run("check", "--port", "/dev/ttyACM0")
