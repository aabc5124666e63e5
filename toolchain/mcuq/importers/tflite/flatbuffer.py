"""Reading a flatbuffer that nobody has verified: every access is checked against the file.

Format: https://flatbuffers.dev/internals. A table begins with the distance back to its vtable; the
vtable holds its own size, the table's size, and each field's offset in the table (0: absent).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError

_HINT = "the file is damaged or was cut short: export or copy it again"
_MAX_TABLES = 1_000_000
_MAX_INTEGERS = 4096
_MAX_TEXT = 4096
"""Of one vector: far above any model. Vectors may overlap, so that without a limit a small file
could ask for a large amount of memory."""


def malformed(what: str) -> InputError:
    """The error for a file that breaks the format itself."""
    return InputError(f"not a valid TFLite file: {what}", _HINT)


@dataclass(frozen=True)
class FlatTable:
    """A table at byte `position` of `data`; fields are addressed by their number in the schema.

    Every method raises InputError where the file ends before what it points to.
    """

    data: bytes
    position: int
    vtable: int
    vtable_size: int
    size: int

    @classmethod
    def root(cls, data: bytes) -> FlatTable:
        """The table the file's first word points to."""
        return cls.at(data, _unpack(data, "<I", 0))

    @classmethod
    def at(cls, data: bytes, position: int) -> FlatTable:
        """The table at `position`, its vtable checked."""
        vtable = position - _unpack(data, "<i", position)
        vtable_size = _unpack(data, "<H", vtable)
        size = _unpack(data, "<H", vtable + 2)
        if vtable_size < 4 or vtable_size % 2 or vtable + vtable_size > len(data):
            raise malformed(f"bad vtable at byte {vtable}")
        if size < 4 or position + size > len(data):
            raise malformed(f"the table at byte {position} runs past the end")
        return cls(data, position, vtable, vtable_size, size)

    def has(self, field: int) -> bool:
        """Whether the field is present."""
        return self._offset(field) != 0

    def scalar(self, field: int, form: str, default: int | float | bool) -> Any:
        """A scalar field in `struct` notation ("<i", "<b", "<f", "<?"), or its default."""
        offset = self._offset(field)
        if not offset:
            return default
        if offset < 4 or offset + struct.calcsize(form) > self.size:
            raise malformed(f"field {field} lies outside its table at byte {self.position}")
        return _unpack(self.data, form, self.position + offset)

    def int32(self, field: int, default: int = 0) -> int:
        return int(self.scalar(field, "<i", default))

    def uint8(self, field: int, default: int = 0) -> int:
        return int(self.scalar(field, "<B", default))

    def boolean(self, field: int, default: bool = False) -> bool:
        return bool(self.scalar(field, "<B", default))

    def float32(self, field: int, default: float = 0.0) -> float:
        return float(self.scalar(field, "<f", default))

    def table(self, field: int) -> FlatTable | None:
        """The table a field points to, or None."""
        target = self._target(field)
        return None if target is None else FlatTable.at(self.data, target)

    def tables(self, field: int) -> tuple[FlatTable, ...]:
        """The tables of a vector of tables; an absent vector is empty."""
        start, count = self._vector(field, 4)
        if count > _MAX_TABLES:
            raise malformed(f"a vector of {count} tables at byte {start}")
        offsets = np.frombuffer(self.data, "<u4", count, start).tolist()
        return tuple(
            FlatTable.at(self.data, start + 4 * index + offset)
            for index, offset in enumerate(offsets)
        )

    def numbers(self, field: int, dtype: str) -> npt.NDArray[Any] | None:
        """A vector of little-endian scalars as a read-only array, or None where absent."""
        if not self.has(field):
            return None
        start, count = self._vector(field, np.dtype(dtype).itemsize)
        return np.frombuffer(self.data, dtype, count, start)

    def integers(self, field: int) -> tuple[int, ...]:
        """A vector of int32 as Python integers; an absent vector is empty."""
        values = self.numbers(field, "<i4")
        if values is None:
            return ()
        if values.size > _MAX_INTEGERS:
            raise malformed(f"a vector of {values.size} integers in the table at {self.position}")
        return tuple(values.tolist())

    def text(self, field: int) -> str:
        """A string, cut to a sane length; absent is empty, bytes outside UTF-8 are replaced."""
        start, count = self._vector(field, 1)
        return self.data[start : start + min(count, _MAX_TEXT)].decode("utf-8", errors="replace")

    def _offset(self, field: int) -> int:
        entry = 4 + 2 * field
        if entry + 2 > self.vtable_size:
            return 0
        return int(_unpack(self.data, "<H", self.vtable + entry))

    def _target(self, field: int) -> int | None:
        if not self.has(field):
            return None
        distance = self.scalar(field, "<I", 0)
        return int(self.position + self._offset(field) + distance)

    def _vector(self, field: int, item_size: int) -> tuple[int, int]:
        """First byte and number of items of a vector, checked to lie inside the file."""
        target = self._target(field)
        if target is None:
            return 0, 0
        count = int(_unpack(self.data, "<I", target))
        if target + 4 + count * item_size > len(self.data):
            raise malformed(f"the vector at byte {target} runs past the end")
        return target + 4, count


def _unpack(data: bytes, form: str, position: int) -> Any:
    if position < 0 or position + struct.calcsize(form) > len(data):
        raise malformed(f"byte {position} is outside the file of {len(data)} bytes")
    return struct.unpack_from(form, data, position)[0]
