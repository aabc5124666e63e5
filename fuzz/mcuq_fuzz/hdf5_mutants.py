"""HDF5 files whose groups, arrays, attributes and links are changed by the library of HDF5.

So what is in a file is odd, and the file itself is not: changed bytes mostly end in that library,
which is another target.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from mcuq.isolated import IsolatedError, call_isolated
from mcuq_fuzz.zip_mutants import changed_bytes

_CONFIG = "model_config"
_NAMES = ("0", "vars", "layers", "a/b", "\x1b[31m", "é", "n" * 300, "model_config")
_TYPES = ("f4", "f2", ">f8", "i1", "u8", "c8", "S4", "V3", "?", [("a", "f4"), ("b", "i2", (2,))])
_SHAPES = ((), (0,), (1,), (2, 3), (0, 5), (1,) * 32, (7, 0, 1 << 40), (300,))
_HUGE = ((1 << 40,), (1 << 31, 1 << 28), (65536, 65536), (1, 1 << 59))
_PATHS = ("/", ".", "/layers", "/layers/dense", "/nowhere", "self")
_DEEP = 120


def mutant(data: bytes, rng: Random) -> bytes:
    """The file with one to three things changed; what is no such file stays as it is.

    Made in a child process: HDF5's library crashes on some of what it wrote itself.
    """
    try:
        return call_isolated(_changed, data, rng.getrandbits(64))
    except IsolatedError:
        return data


def _changed(data: bytes, seed: int) -> bytes:
    """In the child."""
    import h5py

    rng = Random(seed)
    content = io.BytesIO(data)
    try:
        file = h5py.File(content, "r+")
    except (OSError, ValueError, RuntimeError, KeyError):
        return data
    with file:
        for _ in range(rng.choice((1, 1, 2, 3))):
            rng.choice(_CHANGES)(file, rng)
    return content.getvalue()


def _entries(file: Any) -> list[Any]:
    found = [file]
    file.visititems(lambda _, entry: found.append(entry))
    return found


def _group(file: Any, rng: Random) -> Any:
    import h5py

    return rng.choice([entry for entry in _entries(file) if isinstance(entry, h5py.Group)])


def _fresh(group: Any, rng: Random) -> str:
    """A name that the group does not have yet."""
    name = rng.choice(_NAMES)
    if name in group:
        del group[name]
    return name


def _describe(file: Any, rng: Random) -> None:
    """Change what the file says of its layers."""
    told = file.attrs.get(_CONFIG, "{}")
    text = told.encode() if isinstance(told, str) else b"{}"
    action = rng.randrange(6)
    if action == 0:
        file.attrs.pop(_CONFIG, None)
    elif action == 1:
        file.attrs[_CONFIG] = rng.choice((1, 2.5, [b"{}", b"[]"], np.zeros((2, 2), "f4"), b""))
    elif action == 2:
        depth = rng.choice((10, 1000, 5000))
        file.attrs[_CONFIG] = "[" * depth + "]" * depth
    elif action == 3:
        code = rng.choice(([""], {"code": "x"}, "name", 1))
        layer = {
            "class_name": rng.choice(("Lambda", "__lambda__", 3)),
            "config": {"function": code},
        }
        file.attrs[_CONFIG] = str(layer).replace("'", '"')
    else:
        # A string ends at its first zero byte.
        file.attrs[_CONFIG] = np.bytes_(changed_bytes(text, rng).replace(b"\0", b"0"))


def _note(file: Any, rng: Random) -> None:
    """Give an entry an attribute of some type."""
    import h5py

    entry, name = rng.choice(_entries(file)), rng.choice(_NAMES)
    action = rng.randrange(4)
    if action == 0:
        entry.attrs.create(name, np.zeros(rng.choice(_SHAPES[:6]), rng.choice(_TYPES)))
    elif action == 1:
        entry.attrs[name] = file.ref
    elif action == 2:
        entry.attrs[name] = h5py.Empty("f4")
    else:
        entry.attrs.create(name, ["é", ""], dtype=h5py.string_dtype())


def _array(file: Any, rng: Random) -> None:
    """Add values of some type and shape, packed in some way."""
    group = _group(file, rng)
    shape = rng.choice(_SHAPES)
    packing: dict[str, Any] = {}
    if shape and all(shape):
        packing = rng.choice(
            (
                {},
                {"compression": "gzip"},
                {"compression": "lzf", "shuffle": True},
                {"fletcher32": True},
                {"maxshape": (None,) * len(shape)},
            )
        )
    group.create_dataset(_fresh(group, rng), shape=shape, dtype=rng.choice(_TYPES), **packing)


def _huge(file: Any, rng: Random) -> None:
    """Add an array of whose values none was ever written: it asks for memory, not for a file."""
    shape = rng.choice(_HUGE)
    group = _group(file, rng)
    chunks = (1,) * (len(shape) - 1) + (1024,) if rng.random() < 0.8 else None
    group.create_dataset(_fresh(group, rng), shape=shape, dtype="f4", chunks=chunks)


def _strings(file: Any, rng: Random) -> None:
    """Add values that are no numbers."""
    import h5py

    kind = rng.choice(
        (h5py.string_dtype(), h5py.vlen_dtype(np.int32), h5py.ref_dtype, h5py.enum_dtype({"a": 1}))
    )
    group = _group(file, rng)
    group.create_dataset(_fresh(group, rng), shape=rng.choice(((), (3,))), dtype=kind)


def _elsewhere(file: Any, rng: Random) -> None:
    """Add what lies in another file, or seems to."""
    import h5py

    group = _group(file, rng)
    name, action = _fresh(group, rng), rng.randrange(4)
    if action == 0:
        group[name] = h5py.ExternalLink(rng.choice(("/etc/passwd", "x.h5")), rng.choice(_PATHS))
    elif action == 1:
        group[name] = h5py.SoftLink(rng.choice(_PATHS))
    elif action == 2:
        layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
        layout[:] = h5py.VirtualSource("other.h5", "v", shape=(4,))
        group.create_virtual_dataset(name, layout)
    else:
        place = [("/etc/passwd", 0, 16)]
        group.create_dataset(name, shape=(4,), dtype="f4", external=place)


def _again(file: Any, rng: Random) -> None:
    """Reach an entry by a second name, its own group's among them."""
    group = _group(file, rng)
    group[_fresh(group, rng)] = rng.choice(_entries(file))


def _deep(file: Any, rng: Random) -> None:
    group = _group(file, rng)
    for _ in range(rng.randrange(_DEEP)):
        group = group.require_group("g")


def _less(file: Any, rng: Random) -> None:
    group = _group(file, rng)
    if names := list(group):
        del group[rng.choice(names)]


_CHANGES: tuple[Callable[[Any, Random], None], ...] = (
    *(_describe, _describe, _describe),
    *(_note, _array, _huge, _strings, _elsewhere, _again, _deep, _less),
)
