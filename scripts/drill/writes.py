"""Builds one of whose writes finds a full disk."""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drill.project import Drill


def writes(drill: Drill, rng: random.Random, count: int) -> Counter[str]:
    """Let `count` writes fail, drawn from all that a build with empty caches makes."""
    made, failed = _made(drill), drill.folder / "failed"
    told: Counter[str] = Counter()
    drawn = rng.sample(range(made), min(count, made))
    for number in (drawn[index] for index in drill.rounds(len(drawn))):
        _empty(drill)
        failed.unlink(missing_ok=True)
        code = drill.run(before=lambda number=number: _fail_at(number, failed))  # type: ignore[misc]
        if not failed.exists():
            told["not so many writes"] += 1
            continue
        kind = _kind(drill, Path(failed.read_text(encoding="utf-8")))
        what = f"write {number} of {made}, {kind}"
        told[kind] += 1
        if code == 0:
            told["went on"] += 1
            drill.check_one_line(what, "note")
            drill.check_result(what)
            continue
        told["ended with one line"] += 1
        drill.check_one_line(what, "error")
        if not any(str(place) in drill.said() for place in _names(drill, kind)):
            drill.failures.append(f"{what}: names no path of it: {drill.said()[-300:]}")
        drill.check_tidy(what, {".out.search.jsonl"})
    return told


def _empty(drill: Drill) -> None:
    drill.forget_result()
    for path in drill.cache.rglob("*.sealed"):
        path.unlink()
    (drill.project / ".out.search.jsonl").unlink(missing_ok=True)


def _kind(drill: Drill, path: Path) -> str:
    for name in ("cache", "tmp"):
        if path.is_relative_to(drill.folder / name):
            return name
    return "scores" if ".search.jsonl" in path.name else "output"


def _names(drill: Drill, kind: str) -> tuple[str, ...]:
    """One of these is in the message."""
    return {
        "cache": (str(drill.cache),),
        "tmp": (str(drill.temporary),),
        "scores": (".out.search.jsonl",),
        "output": ("out",),
    }[kind]


def _made(drill: Drill) -> int:
    """How many files a build opens to write."""
    _empty(drill)
    record = drill.folder / "writes"
    drill.run(before=lambda: _watch(lambda path: _say(record, f"{path}\n")))
    return len(record.read_text(encoding="utf-8").splitlines())


def _fail_at(number: int, failed: Path) -> None:
    """Let one fail, and say in a file of ours which one it was: two builds may not write alike."""
    opened = 0

    def fail(path: Path) -> None:
        nonlocal opened
        opened += 1
        if opened == number + 1:
            _say(failed, str(path))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    _watch(fail)


def _say(file: Path, text: str) -> None:
    """Past `io.open`."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "a") as stream:
        stream.write(text)


def _watch(told: Callable[[Path], None]) -> None:
    """Call `told` with every file that this process opens to write."""
    opening = io.open

    def watched(file: Any, mode: str = "r", *others: Any, **named: Any) -> Any:
        is_named = isinstance(file, str | Path) and str(file)[:5] != "/dev/"
        # A folder is opened to write where a file without a name is made in it (O_TMPFILE): where
        # that fails, Python makes one with a name.
        if is_named and set(mode) & set("wax+") and not Path(file).is_dir():
            told(Path(file).absolute())
        return opening(file, mode, *others, **named)

    io.open = watched
    builtins.open = watched
