"""Names are data in emitted C: it compiles without a warning, and computes the same."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from host_model import HostModel
from hypothesis import given
from hypothesis import strategies as st
from number_formats import Form, Model, quantized
from operator_cases import cases, seeded_cases

from mcuq.compiler.render import render_board_header
from mcuq.emit.c.literals import c_comment
from mcuq.integrate.bare_metal import readme
from mcuq.integrate.built import Built
from mcuq.ops.weighted import CONV_2D
from mcuq.quantized import QuantizedGraph
from mcuq.shown import encodable, visible
from mcuq_hil.boards import load_board
from mcuq_hil.boards.registry import read_board

HOSTILE = [
    "*/ int injected = 1; /*",
    "/* /* */ */",
    "**//",
    "/",
    "*",
    "ends in a backslash \\",
    "??/",
    '"; int injected = 1; "',
    "line\nfeed\r\n#error injected",
    "\x1b[31m\x00\x7f",
    "[/red][bold]:smile:",
    "\u202eright to left\u2028separator",
    "größer 名前 🙂",
    "%s%n @name ${HOME} $(id) `id`",
    "x" * 5000,
]


def renamed(qgraph: QuantizedGraph, names: dict[str, str]) -> QuantizedGraph:
    """The same model, its tensors called otherwise."""

    def new(old: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names[name] for name in old)

    tensors = {names[n]: replace(t, name=names[n]) for n, t in qgraph.tensors.items()}
    ops = tuple(
        replace(
            op, name=names.get(op.name, op.name), inputs=new(op.inputs), outputs=new(op.outputs)
        )
        for op in qgraph.ops
    )
    return replace(
        qgraph, tensors=tensors, ops=ops, inputs=new(qgraph.inputs), outputs=new(qgraph.outputs)
    )


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_model_with_such_names_compiles_and_computes_the_same(
    hostile: str, tmp_path: Path
) -> None:
    case = seeded_cases(cases(CONV_2D), 5, 5)[-1]
    qgraph = quantized(case, Form("CONV_2D", weights=8))
    inputs = Model(case, qgraph).inputs()
    names = {name: f"{hostile}{i or ''}" for i, name in enumerate(qgraph.tensors)}
    strange = replace(renamed(qgraph, names), name=hostile)
    for folder in ("plain", "strange"):
        (tmp_path / folder).mkdir()
    plain = HostModel(qgraph, tmp_path / "plain")
    model = HostModel(strange, tmp_path / "strange")
    text = (tmp_path / "strange" / "model" / "model.c").read_text()
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    for sample in range(2):
        given_ = [x[sample] for x in inputs]
        for found, wanted in zip(model.run(given_), plain.run(given_), strict=True):
            np.testing.assert_array_equal(found, wanted)


TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE) | st.text("*/\\\n\r? \x1b", max_size=12)


@given(TEXTS)
def test_a_comment_stays_one(text: str) -> None:
    inside = f"{c_comment(text)} "
    assert "*/" not in inside
    assert "/*" not in f" {inside}"
    assert inside.isprintable() or not inside.isascii()
    assert len(inside.splitlines()) == 1


@given(TEXTS)
def test_what_is_shown_is_one_line_that_a_terminal_only_draws(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert isinstance(shown.encode(), bytes)
    assert "\u202e" not in shown
    if text.isascii() and text.isprintable():
        assert shown == text


@given(st.text(st.characters(categories=["Cs", "Ll", "Zs"]), max_size=8))
def test_what_is_stored_can_be_stored(text: str) -> None:
    assert encodable(text).encode().decode() == encodable(text)


@pytest.mark.arm
@pytest.mark.parametrize("hostile", HOSTILE[:-1], ids=range(len(HOSTILE) - 1))
def test_a_board_with_such_a_title(hostile: str, tmp_path: Path) -> None:
    board = load_board("stm32f746").model_copy(update={"title": hostile, "part": hostile})
    source = tmp_path / "mcuq_board.h"
    source.write_text(render_board_header(board) + "\nint only_this;\n")
    command = ["arm-none-eabi-gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-x", "c"]
    subprocess.run([*command, "-c", str(source), "-o", str(tmp_path / "b.o")], check=True)
    symbols = subprocess.run(
        ["arm-none-eabi-nm", str(tmp_path / "b.o")], check=True, capture_output=True, text=True
    )
    assert symbols.stdout.split()[2:] == ["only_this"]
    assert visible(hostile) in readme("make", Built(Path("out"), board.name, 0, ()), board)


def test_the_hostile_board(cases: Path) -> None:
    header = render_board_header(read_board(cases / "hostile" / "inject.toml"))
    code = header.split("*/", 1)[1]
    assert "injected" not in code
    assert "constructor" not in code


@pytest.mark.skipif(shutil.which("cc") is None, reason="no host compiler")
@pytest.mark.parametrize("standard", ["c11", "c99", "gnu17"])
def test_comments_of_every_text_compile(standard: str, tmp_path: Path) -> None:
    texts = [*HOSTILE, "?" * 9, "\\", "*\\", "\\\n/", "*\\\n/ int injected;"]
    source = tmp_path / "comments.c"
    source.write_text("\n".join(f"/* {c_comment(text)} */" for text in texts) + "\nint only;\n")
    command = ["cc", f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    subprocess.run([*command, str(source)], check=True)
