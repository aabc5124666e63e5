"""What the sections say that a choice of functions needs is what the linker keeps for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_firmware import BOARD, write_model

from mcuq.compiler import build_firmware
from mcuq.compiler.firmware import compile_program
from mcuq.compiler.sections import Section, closure

pytestmark = pytest.mark.arm

ROOTS = ("mcuq_vectors", "mcuq_reset_handler", "mcuq_start")
KERNELS = """\
#include <string.h>
#include "kernels.h"
static const short table[100] = {1, 2, 3};
static int helper(int x) { return x * table[x % 100]; }
int uses_table(int x) { return helper(x) + helper(x + 1); }
int divides(long long x, long long y) { return (int)(x / y); }
void moves(char *to, const char *from, int n) { memmove(to, from, (unsigned)n); }
int unused(int x) { return x ^ 12345; }
"""
HEADER = """\
int uses_table(int x);
int divides(long long x, long long y);
void moves(char *to, const char *from, int n);
int unused(int x);
"""
CALLS = {
    "uses_table": "arena[0] = (int8_t)uses_table(arena[1]);",
    "divides": "arena[0] = (int8_t)divides(arena[1], arena[2]);",
    "moves": "moves((char *)arena, (char *)arena + 3, arena[1]);",
}


def model_with_kernels(folder: Path, used: tuple[str, ...]) -> Path:
    body = "\n".join(CALLS[name] for name in used)
    model = write_model(folder, body, '#include "kernels.h"')
    (model / "kernels.h").write_text(HEADER, encoding="utf-8")
    (model / "kernels.c").write_text(KERNELS, encoding="utf-8")
    return model


def kept(sections: dict[str, Section]) -> frozenset[str]:
    return closure({name: section.needs for name, section in sections.items()}, ROOTS)


@pytest.mark.parametrize("used", [("uses_table",), ("divides",), ("moves",), tuple(CALLS)])
def test_prediction_is_within_the_padding(tmp_path: Path, used: tuple[str, ...]) -> None:
    model = model_with_kernels(tmp_path, used)
    sections = compile_program(BOARD, model).sections
    names = kept(sections)
    assert "unused" not in names
    predicted = sum(section.flash_bytes for name, section in sections.items() if name in names)
    image = build_firmware(BOARD, model, tmp_path / "out")
    assert abs(image.flash_bytes - predicted) <= 64


def test_functions_know_what_they_need(tmp_path: Path) -> None:
    sections = compile_program(BOARD, model_with_kernels(tmp_path, tuple(CALLS))).sections
    assert "memmove" in sections["moves"].needs
    assert any("table" in need for need in sections["uses_table"].needs)
    assert sections["memmove"].flash_bytes > 0
