"""A zoo tried by Dask's workers is the same, byte for byte, though they see no file of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_zoo import dense

from mcuq.cli.main import main

RESULTS = ("zoo.json", "zoo.md")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Two good ones, one with samples of its own, one unsupported, one damaged."""
    folder = tmp_path / "models"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "good.tflite").write_bytes(dense(0))
    (folder / "other.tflite").write_bytes(dense(2, "MATRIX_DIAG"))
    (folder / "broken.tflite").write_bytes(dense(3)[:40])
    (folder / "wrong data.tflite").write_bytes(dense(4))
    (tmp_path / "data" / "b").mkdir(parents=True)
    np.savez(tmp_path / "data" / "b" / "good.npz", x=np.eye(4, dtype=np.float32))
    np.savez(tmp_path / "data" / "wrong data.npz", x=np.ones((3, 7), np.float32))
    return folder


def test_the_result_is_that_of_one_process(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["bench", "zoo", "models", "--data", "data", "--steps", "inspect,import,int8"]
    assert main([*words, "-o", "one"]) == 0
    assert main([*words, "-o", "many", "--dask", "local", "--workers", "2"]) == 0
    for name in RESULTS:
        assert (tmp_path / "many" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    assert b"wrong data.npz" in (tmp_path / "one" / "zoo.json").read_bytes()


@pytest.mark.slow
@pytest.mark.arm
def test_firmware_is_built_there_for_a_board_of_ones_own(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    board = Path(__file__).resolve().parents[2] / "boards" / "stm32f746.toml"
    (tmp_path / "mine.toml").write_bytes(board.read_bytes())
    words = ["bench", "zoo", "models/b", "--board", "mine.toml", "--steps", "inspect,build"]
    assert main([*words, "-o", "one", "--require", "equal"]) == 0
    assert main([*words, "-o", "many", "--require", "equal", "--dask", "local"]) == 0
    for name in RESULTS:
        assert (tmp_path / "many" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
