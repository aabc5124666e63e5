"""Images: what the linker placed, the stack bound, the same bytes every time, clear refusals."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mcuq.compiler import CompilerError, StackError, build_firmware
from mcuq.compiler.mapfile import flash_contributions
from mcuq.errors import BudgetError
from mcuq_hil import load_board, open_session

pytestmark = pytest.mark.arm
BOARD = load_board("stm32f746")

MODEL = """\
#include <string.h>
#include "mcuq_model.h"
static int8_t arena[32];
static const mcuq_io inputs[] = {{"in", arena, 16, 1.0f, 0}};
static const mcuq_io outputs[] = {{"out", arena + 16, 16, 1.0f, 0}};
EXTRA
static void run(void)
{
    BODY
}
const mcuq_model_t mcuq_model = {
    "model", inputs, outputs, 1, 1, 1, arena, sizeof arena, run,
};
"""


def write_model(folder: Path, body: str = "", extra: str = "") -> Path:
    model = folder / "model"
    model.mkdir(parents=True)
    text = MODEL.replace("BODY", body).replace("EXTRA", extra)
    (model / "model.c").write_text(text, encoding="utf-8")
    return model


def test_sizes_are_what_the_tools_say(tmp_path: Path) -> None:
    image = build_firmware(BOARD, write_model(tmp_path), tmp_path / "out")
    copied = tmp_path / "copied.bin"
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", image.elf, copied], check=True)
    assert image.bin.read_bytes() == copied.read_bytes()
    assert image.flash_bytes == copied.stat().st_size
    assert image.ram_bytes == sum(
        image.sections.get(name, 0) for name in (".stack", ".noinit", ".data", ".bss")
    )
    placed = sum(image.contributions.values())
    assert 0 <= image.flash_bytes - placed <= 64
    assert image.fixed_flash_bytes < image.flash_bytes


def test_equal_inputs_give_equal_bytes_wherever_they_lie(tmp_path: Path) -> None:
    first = build_firmware(BOARD, write_model(tmp_path / "a"), tmp_path / "a" / "out")
    second = build_firmware(BOARD, write_model(tmp_path / "b" / "c"), tmp_path / "b" / "out")
    assert first.bin.read_bytes() == second.bin.read_bytes()
    assert first.elf.read_bytes() == second.elf.read_bytes()
    assert str(tmp_path).encode() not in first.elf.read_bytes()


def test_the_build_id_follows_the_inputs(tmp_path: Path) -> None:
    first = build_firmware(BOARD, write_model(tmp_path / "a"), tmp_path / "a" / "out")
    other = write_model(tmp_path / "b", "arena[0]++;")
    second = build_firmware(BOARD, other, tmp_path / "b" / "out")
    third = build_firmware(BOARD, other, tmp_path / "c" / "out", optimize="size")
    assert len({first.build_id, second.build_id, third.build_id}) == 3
    assert bytes.fromhex(first.build_id) in first.bin.read_bytes()


def test_a_changed_header_is_compiled_anew(tmp_path: Path) -> None:
    model = write_model(tmp_path, "arena[0] = VALUE;", '#include "value.h"')
    (model / "include").mkdir()
    ids = set()
    for value in (1, 2):
        (model / "include" / "value.h").write_text(f"#define VALUE {value}\n", encoding="utf-8")
        ids.add(build_firmware(BOARD, model, tmp_path / "out").build_id)
    assert len(ids) == 2


def test_the_stack_in_use_stays_within_the_bound(tmp_path: Path) -> None:
    body = "volatile char big[900]; memset((void *)big, 1, sizeof big); arena[0] = big[7];"
    image = build_firmware(BOARD, write_model(tmp_path, body), tmp_path / "out")
    with open_session(BOARD, image.elf) as session:
        session.run([bytes(16)])
        used = session.stack_high_water()
    assert 900 < used <= image.stack_bytes < used + 300


def test_recursion_has_no_bound(tmp_path: Path) -> None:
    extra = """
    int deep(int n);
    __attribute__((noinline)) int deep(int n)
    {
        volatile int frame[4] = {n};
        return n ? deep(n - 1) + frame[n & 3] : 0;
    }"""
    model = write_model(tmp_path, "arena[0] = (int8_t)deep(arena[1]);", extra)
    with pytest.raises(StackError, match="deep"):
        build_firmware(BOARD, model, tmp_path / "out")


def test_a_compiler_error_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    model = write_model(tmp_path, "no_such_thing;")
    with pytest.raises(CompilerError, match="no_such_thing") as caught:
        build_firmware(BOARD, model, tmp_path / "out")
    assert "\n" not in caught.value.cause
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("extra", "body", "kind"),
    [
        ("static const char weights[1100000] = {1};", "arena[0] = weights[arena[1]];", "flash"),
        ("static char more[400000];", "arena[0] = more[arena[1]]++;", "RAM"),
    ],
)
def test_too_large_says_by_how_much(tmp_path: Path, extra: str, body: str, kind: str) -> None:
    model = write_model(tmp_path, body, extra)
    with pytest.raises(BudgetError, match=rf"bytes of {kind}, STM32F746G-DISCO has"):
        build_firmware(BOARD, model, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="no C source"):
        build_firmware(BOARD, tmp_path, tmp_path / "out")


def test_a_missing_compiler_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mcuq.compiler import toolchain

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    toolchain.find_tool.cache_clear()
    try:
        with pytest.raises(CompilerError, match=r"not installed.*apt-get"):
            toolchain.find_tool("gcc")
    finally:
        toolchain.find_tool.cache_clear()


def test_map_lines_wrapped_or_not() -> None:
    text = """Discarded input sections

 .text.gone     0x00000000       0x10 model/model.c.o

Linker script and memory map

 .text.run      0x08000040       0x28 model/model.c.o
 .text.a_function_with_a_long_name
                0x08000068       0x1c runtime/main.c.o
 *fill*         0x08000084        0x4
 .text          0x08000088       0x30 /usr/lib/thumb/libc.a(libc_a-memcpy.o)
 .bss.arena     0x20000000       0x40 model/model.c.o
"""
    assert flash_contributions(text) == {"model/model.c": 40, "runtime/main.c": 28, "libc.a": 48}
