"""Clang from PyPI: the same outputs as GCC's images, exact sizes, a bound of the stack."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from number_formats import Form, quantized
from operator_cases import least_case
from test_firmware import BOARD, write_model

from mcuq.compiler import StackError, build_firmware, toolchain
from mcuq.compiler.chosen import VARIABLE, compiler, compiling_with
from mcuq.compiler.clang import Clang
from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.gcc import Gcc
from mcuq.compiler.mapfile import flash_contributions, library_members
from mcuq.compiler.members import archive_members
from mcuq.compiler.sections import read_sections, read_stack_usage
from mcuq.compiler.toolchain import CompilerError, core_flags
from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.errors import BudgetError, UsageError
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.resources import firmware_dir
from mcuq_hil import load_board, open_session
from mcuq_hil.image import functions


@pytest.fixture
def clang() -> Iterator[None]:
    pytest.importorskip("ziglang", reason="pip install 'mcuq[compiler]'")
    with compiling_with("clang"):
        yield


@pytest.mark.slow
@pytest.mark.parametrize(
    ("operator", "board"),
    [
        ("CONV_2D", "stm32f746"),
        ("SOFTMAX", "nucleo-g071rb"),
        ("FULLY_CONNECTED", "nucleo-u575zi"),
        ("DEPTHWISE_CONV_2D", "nucleo-f446re"),
        ("CONV_2D", "mps3-an547"),
    ],
)
def test_images_compute_what_the_host_does(
    operator: str, board: str, clang: None, tmp_path: Path
) -> None:
    form = Form(operator, "int8", 8)
    qgraph = quantized(least_case(form.operator), form)
    memory = plan_program(lower(qgraph, LowerOptions()))
    write_c_model(memory, firmware_dir(), tmp_path / "model")
    image = build_firmware(load_board(board), tmp_path / "model", tmp_path / "out")
    rng = np.random.default_rng(5)
    shapes = [(3, *qgraph.tensors[name].shape[1:]) for name in qgraph.inputs]
    inputs = [rng.integers(-128, 128, shape, np.int8) for shape in shapes]
    wanted = run_integer(qgraph, inputs)
    with open_session(load_board(board), image.elf) as session:
        for sample in range(3):
            outputs = session.run([x[sample].tobytes() for x in inputs])
            assert list(outputs) == [wanted[name][sample].tobytes() for name in qgraph.outputs]
        assert session.stack_high_water() <= image.stack_bytes
    assert image.flash_bytes == image.bin.stat().st_size
    assert not any("malloc" in function.name for function in functions(image.elf))


def test_equal_inputs_give_equal_images(clang: None, tmp_path: Path) -> None:
    images = [
        build_firmware(BOARD, write_model(tmp_path / name), tmp_path / name / "out")
        for name in ("a", "b")
    ]
    assert images[0].elf.read_bytes() == images[1].elf.read_bytes()
    assert str(tmp_path).encode() not in images[0].elf.read_bytes()
    assert 0 <= images[0].flash_bytes - sum(images[0].contributions.values()) <= 256


def test_recursion_is_found_without_a_call_graph(clang: None, tmp_path: Path) -> None:
    extra = """
    __attribute__((noinline)) static int deep(volatile int *n)
    {
        volatile int frame[4] = {*n};
        *n -= 1;
        return frame[*n & 3] > 0 ? deep(n) * deep(frame) : 1;
    }"""
    body = "volatile int n = arena[1]; arena[0] = (int8_t)deep(&n);"
    with pytest.raises(StackError, match="deep"):
        build_firmware(BOARD, write_model(tmp_path, body, extra), tmp_path / "out")


@pytest.mark.parametrize(
    ("extra", "body", "kind"),
    [
        ("static const char weights[1100000] = {1};", "arena[0] = weights[arena[1]];", "flash"),
        ("static char more[400000];", "arena[0] = more[arena[1]]++;", "RAM"),
    ],
)
def test_too_large_says_by_how_much(
    extra: str, body: str, kind: str, clang: None, tmp_path: Path
) -> None:
    model = write_model(tmp_path, body, extra)
    with pytest.raises(BudgetError, match=rf"bytes of {kind}, STM32F746G-DISCO has"):
        build_firmware(BOARD, model, tmp_path / "out")


def test_a_wrong_file_is_one_line(clang: None, tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="no_such_thing") as caught:
        build_firmware(BOARD, write_model(tmp_path, "no_such_thing;"), tmp_path / "out")
    assert "\n" not in caught.value.cause


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m7", "cortex-m55"])
def test_frames_in_the_code_are_those_that_it_notes(core: str, clang: None) -> None:
    sources = sorted((firmware_dir() / "kernels").glob("*.c"))[::6]
    includes = (firmware_dir() / "include",)
    units = [Unit(path.name, path, includes, (*core_flags(core), "-O2")) for path in sources]
    compared = 0
    for compiled in compile_units(units):
        told = read_stack_usage(compiled.stack_usage)
        untold = read_sections([replace(compiled, stack_usage="")])
        for name, size in told.items():
            if name in untold and size is not None:
                assert untold[name].stack >= size, name
                compared += 1
    assert compared > 5


def test_what_the_compiler_calls_itself_has_bounds(clang: None) -> None:
    (supplied,) = Clang().runtime("cortex-m0plus", "size")
    sections = read_sections([supplied])
    for name in ("__aeabi_lmul", "__aeabi_idiv", "__aeabi_uidivmod", "__aeabi_fadd"):
        (target,) = sections[name].needs if not sections[name].bytes else (name,)
        assert sections[target].bytes > 0 and not sections[target].unbounded


def test_the_first_compiler_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def which(there: bool) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if there else None)

    monkeypatch.setattr("mcuq.compiler.chosen.has_clang", lambda: True)
    which(True)
    assert isinstance(compiler({}), Gcc)
    assert isinstance(compiler({VARIABLE: "clang"}), Clang)
    which(False)
    assert isinstance(compiler({}), Clang)
    assert isinstance(compiler({VARIABLE: "gcc"}), Gcc)
    with compiling_with("gcc"):
        assert isinstance(compiler({VARIABLE: "clang"}), Gcc)
    monkeypatch.setattr("mcuq.compiler.chosen.has_clang", lambda: False)
    assert isinstance(compiler({}), Gcc)
    with pytest.raises(UsageError, match=VARIABLE):
        compiler({VARIABLE: "icc"})
    with pytest.raises(UsageError), compiling_with("icc"):
        pass


def test_both_hints_are_given_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    toolchain.find_tool.cache_clear()
    try:
        with pytest.raises(CompilerError) as caught:
            Gcc().check("cortex-m7")
    finally:
        toolchain.find_tool.cache_clear()
    assert "apt-get" in caught.value.hint and "mcuq[compiler]" in caught.value.hint


LLD_MAP = """\
             VMA              LMA     Size Align Out     In      Symbol
         8000040          8000040      6a4     8 .text
         8000040          8000040       c8     4         ports/core/startup.c.o:(.text.mcuq_reset)
         8000040          8000040        1     1                 mcuq_reset
         8000108          8000108       10     4         libcmsis-nn.a(arm_add.o):(.text.arm_add)
        20000000          8001000       20     4         model/model.c.o:(.data.table)
        20000020         20000020      400    16         model/model.c.o:(.bss.arena)
"""


def test_lld_s_map_is_read() -> None:
    assert flash_contributions(LLD_MAP) == {
        "ports/core/startup.c": 0xC8,
        "libcmsis-nn.a": 0x10,
        "model/model.c": 0x20,
    }
    assert library_members(LLD_MAP) == {"libcmsis-nn.a": ("arm_add.o",)}


@pytest.mark.arm
def test_archives_are_read_as_ar_writes_them(tmp_path: Path) -> None:
    names = ["short.o", "a_name_that_is_longer_than_fifteen.o", "odd.obj", "left_out.txt"]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(bytes(range(number + 3)))
    command = ["arm-none-eabi-ar", "rc", "some.a", *names]
    subprocess.run(command, cwd=tmp_path, check=True)
    found = {each.name: each.content for each in archive_members(tmp_path / "some.a")}
    assert found == {f"some.a/{name}": (tmp_path / name).read_bytes() for name in names[:3]}
    (tmp_path / "cut.a").write_bytes((tmp_path / "some.a").read_bytes()[:70])
    for wrong in ("short.o", "cut.a"):
        with pytest.raises(CompilerError):
            archive_members(tmp_path / wrong)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The memory functions, compiled for this machine."""
    host = shutil.which("cc")
    if host is None:
        pytest.skip("no C compiler for this machine (apt-get install gcc libc6-dev)")
    library = tmp_path_factory.mktemp("memory") / "memory.so"
    folder = firmware_dir() / "freestanding"
    words = ["-std=c11", "-O2", "-ffreestanding", "-fPIC", "-shared", "-nostdlib", "-Wall"]
    sources = sorted(map(str, folder.glob("*.c")))
    subprocess.run(
        [host, *words, "-Werror", "-Wextra", f"-I{folder}", *sources, "-o", str(library)],
        check=True,
    )
    return ctypes.CDLL(str(library))


@given(st.binary(max_size=80), st.integers(0, 9), st.integers(0, 9), st.integers(0, 70))
def test_memory_functions(
    memory: ctypes.CDLL, data: bytes, to: int, start: int, count: int
) -> None:
    size = 200
    before = (data + bytes(range(1, 200)))[:size].ljust(size, b"\7")
    count = min(count, size - 100)

    def after(name: str, place: int, *words: object) -> bytes:
        block = ctypes.create_string_buffer(before, size)
        address = ctypes.addressof(block)
        given = [ctypes.c_void_p(address + place), *words]
        getattr(memory, name)(*given, ctypes.c_size_t(count))
        return block.raw

    def source(block_at: int) -> ctypes.Array[ctypes.c_char]:
        return ctypes.create_string_buffer(before[block_at : block_at + count] + b"\0", count + 1)

    copied = before[:to] + before[start : start + count] + before[to + count :]
    assert after("memcpy", to, source(start)) == copied
    assert after("memset", to, ctypes.c_int(0x1A5)) == (
        before[:to] + b"\xa5" * count + before[to + count :]
    )
    block = ctypes.create_string_buffer(before, size)
    address = ctypes.addressof(block)
    memory.memmove(
        ctypes.c_void_p(address + to), ctypes.c_void_p(address + start), ctypes.c_size_t(count)
    )
    assert block.raw == copied
    other = ctypes.create_string_buffer(copied, size)
    found = memory.memcmp(block, ctypes.create_string_buffer(before, size), ctypes.c_size_t(size))
    assert (found > 0) - (found < 0) == (copied > before) - (copied < before)
    assert memory.memcmp(block, other, ctypes.c_size_t(size)) == 0
