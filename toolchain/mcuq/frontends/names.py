"""Short unique names out of what exporters write."""

from __future__ import annotations

import re

_SIGNATURE = "serving_default_"
_NUMBER = re.compile(r":\d+$")


class UniqueNames:
    """Hands out every name once; a name already taken gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str, fallback: str) -> str:
        """A name as near to `wanted` as is free.

        Converters join the names of everything they fused with ";": the first one is kept. What
        they put around a name (`serving_default_image:0`) is dropped.

        Args:
            wanted: the name in the file; may be empty or taken.
            fallback: used where `wanted` is empty.
        """
        first = wanted.split(";", 1)[0].strip()
        base = _NUMBER.sub("", first.removeprefix(_SIGNATURE)) or fallback
        name, number = base, 0
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name
