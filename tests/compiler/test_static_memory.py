"""Images keep nothing that grows as they run: no heap, no recursion, no stack frame of open size.

Asked of linked images, by their symbols and their disassembly.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from number_formats import Form, quantized
from operator_cases import least_case
from stateful_models import streaming_model
from test_firmware import write_model

from mcuq.compiler import build_firmware
from mcuq.compiler.frames import frame_bytes
from mcuq.compiler.heap import HeapError, allocators
from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.lower import LowerOptions, lower
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir
from mcuq_hil import load_board
from mcuq_hil.image import functions

pytestmark = pytest.mark.arm

_LABEL = re.compile(r"^[0-9a-f]+ <([^>+]+)>:$")
_BRANCH = re.compile(r"\t(?:bl|b|b[a-z]{2})(?:\.[nw])?\t[0-9a-f]+ <([^>+]+)>$")


def model(kind: str) -> QuantizedGraph:
    if kind == "states":
        return streaming_model().quantized()
    form = {
        "convolution": Form("CONV_2D", "int8", 4),
        "softmax": Form("SOFTMAX"),
        "int16": Form("FULLY_CONNECTED", "int16", 8, "tensor"),
        "transposed": Form("TRANSPOSE_CONV", "int8", 8),
    }[kind]
    return quantized(least_case(form.operator), form)


def calls(elf: Path) -> dict[str, set[str]]:
    """Function → those that it branches to, itself where by a call, from the disassembly."""
    command = ["arm-none-eabi-objdump", "-d", "-j", ".text", str(elf)]
    found: dict[str, set[str]] = {}
    inside = ""
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        if label := _LABEL.match(line):
            inside = label[1]
            found.setdefault(inside, set())
        elif (branch := _BRANCH.search(line)) and (branch[1] != inside or "\tbl" in line):
            found[inside].add(branch[1])
    return found


def code(elf: Path) -> tuple[int, bytes]:
    """Address and content of the image's code."""
    with elf.open("rb") as stream:
        section = ELFFile(stream).get_section_by_name(".text")
        return section["sh_addr"], section.data()


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A way from a function back to itself; empty where there is none."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for called in sorted(graph.get(name, ())):
            if found := walk(called, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in graph if (found := walk(name, []))), [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "board"),
    [
        ("convolution", "stm32f746"),
        ("softmax", "nucleo-g071rb"),
        ("int16", "nucleo-u575zi"),
        ("transposed", "numaker-m55m1"),
        ("states", "stm32f746"),
    ],
)
def test_nothing_in_an_image_grows(kind: str, board: str, tmp_path: Path) -> None:
    memory = plan_program(lower(model(kind), LowerOptions()))
    write_c_model(memory, firmware_dir(), tmp_path / "model")
    elf = build_firmware(load_board(board), tmp_path / "model", tmp_path / "out").elf
    there = functions(elf)
    assert not allocators(function.name for function in there)
    graph = calls(elf)
    assert "model_run" in graph and graph["mcuq_start"]
    assert circle(graph) == []
    start, text = code(elf)
    for function in there:
        if function.name in graph:
            body = text[function.start - start :][: function.size]
            assert frame_bytes(body) is not None, function.name


def test_a_circle_is_seen_in_the_disassembly(tmp_path: Path) -> None:
    source = tmp_path / "deep.c"
    source.write_text(
        "int b(int);\n__attribute__((noinline)) int a(int n) { return n ? b(n - 1) + 1 : 0; }\n"
        "__attribute__((noinline)) int b(int n) { return n ? a(n - 2) * 3 : 1; }\n"
    )
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-O1", "-nostdlib", "-Wl,-e,a"]
    subprocess.run([*command, str(source), "-o", str(tmp_path / "deep.elf")], check=True)
    assert set(circle(calls(tmp_path / "deep.elf"))) == {"a", "b"}


def test_a_heap_is_refused_before_the_linker_sees_it(tmp_path: Path) -> None:
    body = "int8_t *more = malloc(arena[0]); arena[1] = more[0]; free(more);"
    folder = write_model(tmp_path, body, "#include <stdlib.h>")
    with pytest.raises(HeapError, match=r"model/model\.c.*_?(malloc|free)") as caught:
        build_firmware(load_board("stm32f746"), folder, tmp_path / "out")
    assert "\n" not in caught.value.cause
    assert not (tmp_path / "out").exists()
