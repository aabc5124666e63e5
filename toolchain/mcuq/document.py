"""The kinds of JSON that mcuq writes: each has a name, a version and one definition.

`schemas/NAME.vVERSION.json` says in JSON Schema what each holds (`scripts/generate_schemas.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from mcuq_hil.seal import check_digits

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
KEY = "format"
"""The key of the version."""
DIGEST = "digest"
"""The key of the seal, the last one."""
_EDITED = (
    f"{DIGEST}: it does not fit the rest: the file is damaged, or was edited; to use what you have "
    "edited, take this key out"
)


@dataclass(frozen=True)
class Document(Generic[T]):
    """A kind of JSON.

    Attributes:
        name: of its schema, in kebab-case.
        definition: the type of what is written: a `Written`, a frozen dataclass, or a tuple or
            dict of one. Nothing else says what the keys are.
        about: what it tells, one line.
        written: where it is found, for the reference.
        version: under `KEY`, first. A document whose keys or types change gets the next one.
        oldest: version from which on it is read: keys that an older one lacks have defaults. None:
            no other than `version`.
        marked: where the version stands: in the document, in each entry of a list or table, or
            nowhere.
        sealed: whether it ends with a digest of the rest, because what is read back from it decides
            something: one flipped bit is told. A document without one is taken as it is.
    """

    name: str
    definition: type[T]
    about: str
    written: str
    version: int = 1
    oldest: int | None = None
    marked: Literal["document", "entries", "nowhere"] = "document"
    sealed: bool = False

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """Of the definition."""
        from pydantic import TypeAdapter

        return TypeAdapter(self.definition)

    def plain(self, value: T) -> Any:
        """JSON's own types, the version with them."""
        plain = self._each(self.adapter.dump_python(value, mode="json", by_alias=True), self._mark)
        return plain | {DIGEST: _digest(plain)} if self.sealed else plain

    def text(self, value: T) -> str:
        """Indented JSON, keys in the order of the fields, ending in a newline.

        Raises:
            ValueError: it holds NaN or infinity, which JSON has not.
        """
        from pydantic_core import from_json, to_json

        encoded = to_json(self.plain(value), indent=2)
        from_json(encoded, allow_inf_nan=False)
        return encoded.decode() + "\n"

    def line(self, value: T) -> str:
        """JSON in one line, without its end."""
        return json.dumps(self.plain(value), separators=(",", ":"))

    def parse(self, text: str | bytes) -> T:
        """The value that `text` holds; a text without a version is of version 1.

        Raises:
            ValueError: it is something else; the message is one line.
        """
        from pydantic import ValidationError
        from pydantic_core import from_json

        try:
            plain = from_json(text)
        except ValueError as error:
            raise ValueError(f"not such a file: Invalid JSON: {error}") from error
        told = plain.pop(DIGEST, None) if self.sealed and isinstance(plain, dict) else None
        # The version first: another one may be sealed in another way.
        unmarked = self._each(plain, self._unmark)
        if told is not None and told != _digest(plain):
            raise ValueError(_EDITED)
        try:
            return self.adapter.validate_python(unmarked)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            told = f"{place}: {first['msg']}" if place else f"not such a file: {first['msg']}"
            raise ValueError(told) from error

    def _each(self, plain: Any, change: Callable[[Any], Any]) -> Any:
        if self.marked == "document":
            return change(plain)
        if self.marked == "entries" and isinstance(plain, list):
            return [change(entry) for entry in plain]
        if self.marked == "entries" and isinstance(plain, dict):
            return {name: change(entry) for name, entry in plain.items()}
        return plain

    def _mark(self, plain: dict[str, Any]) -> dict[str, Any]:
        return {KEY: self.version} | plain

    def _unmark(self, plain: Any) -> Any:
        if not isinstance(plain, dict):
            return plain
        version = plain.get(KEY, 1)
        oldest = self.version if self.oldest is None else self.oldest
        if type(version) is not int or not oldest <= version <= self.version:
            raise ValueError(f"{KEY}: {str(version)[:20]!r} is not known, {self.version} is")
        return {key: value for key, value in plain.items() if key != KEY}


def _digest(plain: Any) -> str:
    """Of the values, however they are written; numbers are as Python's float and int."""
    return check_digits(json.dumps(plain, sort_keys=True))
