"""The shell's completion: subcommands, options and the values that options take."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def offered(line: str) -> list[str]:
    """What bash is given for the last word of `line`."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    env = os.environ | asked | {"_MCUQ_COMPLETE": "complete_bash"}
    script = "import sys; sys.argv[0] = 'mcuq'; from mcuq.cli.main import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
    )
    return run.stdout.split()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("mcuq bui", ["build"]),
        ("mcuq build --board stm32f7", ["stm32f746"]),
        ("mcuq hil check --board nucleo-h7", ["nucleo-h743zi"]),
        ("mcuq boards show mps2-an3", ["mps2-an386"]),
        ("mcuq build --method k", ["knapsack"]),
        ("mcuq build --metric a", ["agreement", "auc"]),
        ("mcuq build --optimize s", ["size", "speed"]),
        ("mcuq quantize --observer en", ["entropy"]),
        ("mcuq emit --project z", ["zephyr"]),
        ("mcuq bundle --arena sh", ["shared"]),
    ],
)
def test_what_is_typed_is_completed(line: str, answer: list[str]) -> None:
    assert offered(line) == answer
