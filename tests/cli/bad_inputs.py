"""Files that are not what a command asks for, in all the ways that a user can bring about."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Spoil = Callable[[Path, Path], None]
"""Puts something bad at a path; the second is a good one of its kind."""


def _bytes(content: bytes) -> Spoil:
    def spoil(path: Path, good: Path) -> None:
        path.write_bytes(content)

    return spoil


def _cut(share: float) -> Spoil:
    def spoil(path: Path, good: Path) -> None:
        content = good.read_bytes()
        path.write_bytes(content[: int(share * len(content))])

    return spoil


def _missing(path: Path, good: Path) -> None:
    """Nothing there."""


def _directory(path: Path, good: Path) -> None:
    path.mkdir()
    (path / "something").write_text("else")


def _dangling(path: Path, good: Path) -> None:
    path.symlink_to(path.with_name("nothing here"))


def _circle(path: Path, good: Path) -> None:
    path.symlink_to(path.name)


def _below_a_file(path: Path, good: Path) -> None:
    """The path leads through a file."""
    path.write_text("a file")


def _npz(**arrays: Any) -> Spoil:
    def spoil(path: Path, good: Path) -> None:
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        path.write_bytes(stream.getvalue())

    return spoil


def _npy(array: Any) -> Spoil:
    def spoil(path: Path, good: Path) -> None:
        stream = io.BytesIO()
        np.save(stream, array)
        path.write_bytes(stream.getvalue())

    return spoil


NOISE = random.Random(0).randbytes(4000)
FILES: dict[str, Spoil] = {
    "missing": _missing,
    "a directory": _directory,
    "empty": _bytes(b""),
    "noise": _bytes(NOISE),
    "zeros": _bytes(bytes(4096)),
    "latin-1": _bytes("größer = 'ß'\n".encode("latin-1")),
    "utf-16": _bytes("model = 'a'\n".encode("utf-16")),
    "control characters": _bytes(b"\x1b[31m\x00[/red]\n*/"),
    "half": _cut(0.5),
    "nearly all": _cut(0.98),
    "a dangling link": _dangling,
    "a link to itself": _circle,
}
DEEP = 100_000
JSON: dict[str, Spoil] = {
    "null": _bytes(b"null"),
    "a list": _bytes(b"[]"),
    "an object": _bytes(b"{}"),
    "a string": _bytes(b'"text"'),
    "a number": _bytes(b"1e999"),
    "NaN": _bytes(b'{"format": NaN, "tensors": NaN}'),
    "deep": _bytes(b"[" * DEEP),
    "deep objects": _bytes(b'{"tensors":' * DEEP),
    "many digits": _bytes(b'{"format": ' + b"9" * 20000 + b"}"),
    "lists for objects": _bytes(b'{"format": 1, "statistics": [], "tensors": {}}'),
    "strange tensors": _bytes(b'{"format": 1, "statistics": {"a": 3}, "tensors": [3]}'),
    "a lone surrogate": _bytes(b'{"tensors": [{"name": "\\ud800"}]}'),
}
TOML: dict[str, Spoil] = {
    "deep": _bytes(b"x = " + b"[" * 2000),
    "a byte order mark": _bytes(b"\xef\xbb\xbfmodel = 'a'\n"),
    "many digits": _bytes(b"seed = " + b"9" * 20000),
    "huge": _bytes(b"# " + b"x" * (2 << 20)),
    "wrong types": _bytes(b"model = 1\nplace = 3\ntitle = []\n"),
    "a date": _bytes(b"place = 1979-05-27\nmodel = 1979-05-27\n"),
    "NaN": _bytes(b"place = [{board = nan}]\nmodel = nan\n"),
    "doubled": _bytes(b"model = 'a'\nmodel = 'b'\n"),
    "unicode keys": _bytes('"\u202e[/red]" = 1\n'.encode()),
    "a nul": _bytes(b'model = "a\\u0000b"\ncalibration = "c\\u0000"\n'),
}
DATA: dict[str, Spoil] = {
    "no arrays": _npz(),
    "other names": _npz(z=np.zeros((2, 3), np.float32)),
    "text": _npz(x=np.array(["a", "b"])),
    "complex": _npz(x=np.zeros((2, 8, 8, 1), np.complex64)),
    "no samples": _npz(x=np.zeros((0, 8, 8, 1), np.float32)),
    "a number": _npz(x=np.float32(3)),
    "another shape": _npz(x=np.zeros((2, 3, 5), np.float32)),
    "NaN": _npz(x=np.full((2, 8, 8, 1), np.nan, np.float32)),
    "labels apart": _npz(x=np.zeros((2, 8, 8, 1), np.float32), y=np.zeros(3)),
    "labels of text": _npz(x=np.zeros((2, 8, 8, 1), np.float32), y=np.array(["a", "b"])),
    "a pickle": _npy(np.array([{}, {}], dtype=object)),
}


def spoiled(folder: Path, kind: str, how: Spoil, good: Path) -> Path:
    """A bad file called as the good one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / good.name
    how(path, good)
    return path


def mutations(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """(where, the document with something else there) for every place of a JSON document; of
    lists, the first entry only."""
    for value in OTHERS:
        yield path, value
    entries: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        entries = list(document.items())
    elif isinstance(document, list) and document:
        entries = [(0, document[0])]
    for key, inner in entries:
        for where, value in mutations(inner, (*path, key)):
            yield where, value


OTHERS: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    7,
    10**30,
    1e300,
    -0.5,
    "",
    "[/red]\x1b[31m\n",
    [],
    [[]],
    {},
)


def put(document: Any, where: tuple[Any, ...], value: Any) -> Any:
    """A copy with `value` at a place."""
    if not where:
        return value
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    return copy


def state(folder: Path) -> dict[str, bytes | str]:
    """Everything below a folder: to see that nothing was written."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "directory"
    return found


def copied(source: Path, target: Path) -> Path:
    shutil.copytree(source, target)
    return target
