"""Predicted flash of a choice of functions against what the linker places for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_firmware import BOARD, write_model

from mcuq.build import build_firmware, fixed_part, function_sizes
from mcuq.build.sizes import flash_needed

pytestmark = pytest.mark.arm

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


@pytest.mark.parametrize("used", [("uses_table",), ("divides",), ("moves",), tuple(CALLS)])
def test_prediction_is_within_the_padding(tmp_path: Path, used: tuple[str, ...]) -> None:
    body = "\n".join(CALLS[name] for name in used)
    model = write_model(tmp_path, body, '#include "kernels.h"')
    (model / "kernels.h").write_text(HEADER, encoding="utf-8")
    (model / "kernels.c").write_text(KERNELS, encoding="utf-8")
    image = build_firmware(BOARD, model, tmp_path / "out")
    sizes = function_sizes(BOARD, [model / "kernels.c"], [model])
    own = image.contributions["model/model.c"]
    predicted = fixed_part(BOARD).fixed_flash_bytes + own + flash_needed(sizes, used)
    assert abs(image.flash_bytes - predicted) <= 64


def test_functions_know_what_they_need(tmp_path: Path) -> None:
    (tmp_path / "kernels.h").write_text(HEADER, encoding="utf-8")
    (tmp_path / "kernels.c").write_text(KERNELS, encoding="utf-8")
    sizes = function_sizes(BOARD, [tmp_path / "kernels.c"], [tmp_path])
    assert "memmove" in sizes["moves"].callees
    assert any("table" in need for need in sizes["uses_table"].callees)
    assert sizes["memmove"].bytes > 0
    assert flash_needed(sizes, ["unused"]) == sizes["unused"].bytes
