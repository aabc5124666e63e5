"""The object cache: used again, and not for ever growing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.gcc import Gcc
from mcuq.compiler.kept import Object, packed, unpacked


@pytest.mark.arm
def test_an_object_is_compiled_once_and_its_use_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "a.c").write_text("int a(void) { return 1; }\n")
    unit = Unit("a.c", tmp_path / "a.c", (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))
    (first,) = compile_units([unit])
    (kept,) = (tmp_path / "cache" / "mcuq" / "objects").iterdir()
    os.utime(kept, (1, 1))
    monkeypatch.setattr(Gcc, "compile", None)
    (second,) = compile_units([unit])
    assert second == first
    assert first.content.startswith(b"\x7fELF")
    assert first.stack_usage
    assert kept.stat().st_mtime > 1


@pytest.mark.parametrize("parts", [(b"", "", ""), (b"\x00\x01" * 9, "a\tb", "é"), (b"x", "", "y")])
def test_an_object_is_unpacked_as_it_was_packed(parts: tuple[bytes, str, str]) -> None:
    compiled = Object("name", "digest", *parts)
    assert unpacked(packed(compiled), "name", "digest") == compiled
