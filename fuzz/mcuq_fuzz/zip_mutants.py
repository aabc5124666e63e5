"""Archives whose members are changed, with lists and sums that agree again."""

from __future__ import annotations

import io
import zipfile
from random import Random

_MOST_BYTES = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_SHARES = (8, 8, 1, 1)
"""How often each is taken: packing with the last two takes longer than all the rest."""


def mutant(data: bytes, rng: Random, whole: tuple[str, ...] = ()) -> bytes:
    """The archive with one member changed; anything that is no archive stays as it is.

    Args:
        whole: ends of the names of members whose content stays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                (info.filename, archive.read(info))
                for info in archive.infolist()
                if info.file_size <= _MOST_BYTES
            ]
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError):
        return data
    except Exception:
        # A damaged member raises whatever its packing raises.
        return data
    if not members:
        return data
    place = rng.randrange(len(members))
    name, content = members[place]
    renamed, changed = _changed(name, content, rng)
    members[place] = renamed, content if whole and name.endswith(whole) else changed
    if rng.random() < 0.1:
        members.append(members[rng.randrange(len(members))])
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", rng.choices(_METHODS, _SHARES)[0]) as archive:
        for each, values in members:
            archive.writestr(each, values)
    return written.getvalue()


def _changed(name: str, content: bytes, rng: Random) -> tuple[str, bytes]:
    action = rng.randrange(6)
    if action == 0:
        return rng.choice(
            (name + "x", "../" + name, "y.npy", "x.npy", "_", "\x1b[31m.npy")
        ), content
    if action == 1:
        return name, content[: rng.randrange(len(content) + 1)]
    if action == 2:
        return name, content + bytes(rng.randrange(64))
    return name, changed_bytes(content, rng)


def changed_bytes(content: bytes, rng: Random) -> bytes:
    """A few bytes changed, more often at the beginning, where headers are."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5))):
        if not changed:
            break
        end = min(len(changed), rng.choice((16, 96, len(changed))))
        changed[rng.randrange(max(end, 1))] = rng.choice(
            (0, 1, 0x30, 0x39, 0xFF, rng.randrange(256))
        )
    return bytes(changed)
