"""The object cache: used again, and not for ever growing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcuq.build.compile import Unit, cache_dir, compile_units, prune


@pytest.mark.arm
def test_an_object_is_compiled_once_and_its_use_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "a.c").write_text("int a(void) { return 1; }\n")
    unit = Unit("a.c", tmp_path / "a.c", (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))
    (first,) = compile_units([unit])
    written = first.path.stat().st_mtime_ns
    os.utime(first.path.parent, (1, 1))
    (second,) = compile_units([unit])
    assert second == first
    assert second.path.stat().st_mtime_ns == written
    assert first.path.parent.stat().st_mtime > 1
    assert [entry.name for entry in cache_dir().iterdir()] == [first.digest]


def test_what_was_not_used_for_longest_goes(tmp_path: Path) -> None:
    for age in range(10):
        (tmp_path / str(age)).mkdir()
        (tmp_path / str(age) / "unit.o").write_text("x")
        os.utime(tmp_path / str(age), (1000 - age, 1000 - age))
    prune(tmp_path, keep=10)
    assert len(list(tmp_path.iterdir())) == 10
    prune(tmp_path, keep=8)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == list("012345")
    prune(tmp_path / "missing", keep=1)


@pytest.mark.arm
@pytest.mark.parametrize("part", ["unit.o", "unit.su", "unit.ci", "sum"])
def test_a_damaged_object_in_the_cache_is_compiled_again(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source = tmp_path / "one.c"
    source.write_text("int one(void) { return 1; }\n")
    unit = Unit("one.c", source, (), ("-mcpu=cortex-m7", "-mthumb"))
    (first,) = compile_units([unit])
    files = {name: (first.path.parent / name).read_bytes() for name in ("unit.o", part)}
    (first.path.parent / part).write_bytes(b"cut")
    (again,) = compile_units([unit])
    assert {name: (again.path.parent / name).read_bytes() for name in files} == files
