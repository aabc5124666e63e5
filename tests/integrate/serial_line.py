"""What an emulated board writes, and commands of other tools."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mcuq_hil.bench import boot_emulator
from mcuq_hil.boards import load_board


def run(folder: Path, *command: str) -> str:
    """The output of a command that must do well."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def said_by(elf: Path, lines: int = 1) -> str:
    """The first lines the image writes on its serial port."""
    port = boot_emulator(load_board("stm32f746"), elf)
    try:
        port.timeout = 60
        text = b""
        while text.count(b"\n") < lines:
            byte = port.read(1)
            assert byte, f"silent after {text!r}"
            text += byte
    finally:
        port.close()
    return text.decode()
