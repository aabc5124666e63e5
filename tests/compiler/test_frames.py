"""Frames read from machine code are those that gcc says."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.frames import frame_bytes
from mcuq.compiler.sections import read_sections, read_stack_usage

SOURCE = """\
extern void use(volatile char *, int, int, int, int, int, double);
int leaf(int x) { return x + 1; }
void small(void) { volatile char a[24]; use(a, 1, 2, 3, 4, 5, 6.0); }
void large(void) { volatile char a[1000]; use(a, 1, 2, 3, 4, 5, 6.0); use(a, 6, 5, 4, 3, 2, 1.0); }
void huge(void) { volatile char a[5000]; use(a, 1, 2, 3, 4, 5, 6.0); }
"""


def code(*halves: int) -> bytes:
    return struct.pack(f"<{len(halves)}H", *halves)


@pytest.mark.arm
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", "cortex-m7"])
@pytest.mark.parametrize("level", ["-O2", "-Os", "-O0"])
def test_frames_are_what_gcc_says(tmp_path: Path, core: str, level: str) -> None:
    (tmp_path / "f.c").write_text(SOURCE)
    unit = Unit("f.c", tmp_path / "f.c", (), (f"-mcpu={core}", "-mthumb", level))
    (compiled,) = compile_units([unit])
    told = read_stack_usage(compiled.stack_usage)
    untold = replace(compiled, stack_usage="", call_graph="")
    sections = read_sections([untold])
    assert {name: sections[name].stack for name in told} == told


def test_literals_are_not_instructions() -> None:
    push = 0xB5F0  # push {r4-r7, lr}
    assert frame_bytes(code(push, 0x4770, push, push)) == 60
    assert frame_bytes(code(push, 0x4770, push, push), [(4, 8)]) == 20


def test_an_amount_from_a_register_has_no_bound() -> None:
    assert frame_bytes(code(0xEBAD, 0x0D03)) is None  # sub.w sp, sp, r3
    assert frame_bytes(code(0x449D)) is None  # add sp, r3
    assert frame_bytes(code(0xEBA3, 0x0305)) == 0  # sub.w r3, r3, r5
