"""Short unique names out of what exporters write."""

from __future__ import annotations

import re
from pathlib import Path

from mcuq.shown import encodable

_SIGNATURE = "serving_default_"
_NUMBER = re.compile(r":\d+$")


def file_name(path: Path) -> str:
    """What a model is called after its file, in characters that UTF-8 can hold."""
    return encodable(path.stem)


def short_name(wanted: str) -> str:
    """A name of the file as the graph has it, before it is made unique.

    Converters join the names of everything they fused with ";": the first one is kept. What they
    put around a name (`serving_default_image:0`) is dropped.
    """
    first = wanted.split(";", 1)[0].strip()
    return _NUMBER.sub("", first.removeprefix(_SIGNATURE))


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sorts output_2 before output_10."""
    return [(int(part or 0), text) for text, part in re.findall(r"(\D*)(\d*)", name)]


class UniqueNames:
    """Hands out every name once; a name already taken gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def take(self, wanted: str, fallback: str) -> str:
        """`short_name(wanted)`, with a number where it is taken.

        Args:
            wanted: the name in the file; may be empty or taken.
            fallback: used where `wanted` is empty.
        """
        base = short_name(wanted) or fallback
        name, number = base, self._numbers.get(base, 0)
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._numbers[base] = number
        self._taken.add(name)
        return name
