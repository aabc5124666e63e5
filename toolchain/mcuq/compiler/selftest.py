"""The image that checks a board and its link, without a network in it."""

from __future__ import annotations

from pathlib import Path

from mcuq.compiler.firmware import build_firmware
from mcuq.compiler.image import FirmwareImage
from mcuq.resources import firmware_dir
from mcuq_hil.boards import Board


def build_selftest(board: Board, out_dir: Path) -> FirmwareImage:
    """Build firmware/selftest for `board`; raises what `build_firmware` raises."""
    return build_firmware(board, firmware_dir() / "selftest", out_dir)
