"""Valid protobuf messages with a few fields changed, moved, doubled or left out."""

from __future__ import annotations

from random import Random
from typing import Any

_NUMBERS = (-1, 0, 1, 2, 3, 5, 7, 8, 127, 255, 1024, 4096, 65535, 1 << 20, 2**31 - 1, 2**62)
_REALS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-30, 1e30, 3e38, float("nan"), float("inf"))
_BYTES_KEPT = 1 << 12


def mutant(message: Any, rng: Random) -> None:
    """Change one to four places of `message`."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        _change(message, rng)


def _change(message: Any, rng: Random) -> None:
    """Walk down a random path; change what is there."""
    while True:
        present = message.ListFields()
        if not present:
            return
        field, value = rng.choice(present)
        repeated = isinstance(getattr(message, field.name), _repeated_types(value))
        if repeated and (field.message_type is None or rng.random() < 0.3):
            _change_list(message, field, rng)
            return
        if field.message_type is None or rng.random() < 0.1:
            _change_field(message, field, rng)
            return
        message = rng.choice(value) if repeated else value


def _repeated_types(value: Any) -> Any:
    return type(value) if hasattr(value, "append") else ()


def _change_list(message: Any, field: Any, rng: Random) -> None:
    values = getattr(message, field.name)
    action = rng.randrange(5)
    place = rng.randrange(len(values))
    if action == 0:
        del values[place]
    elif field.message_type is not None:
        copy = type(values[place])()
        copy.CopyFrom(values[place])
        if action == 1:
            values.append(copy)
        elif action == 2:
            for _ in range(rng.choice((2, 10, 100))):
                values.append(copy)
        else:
            values[place].CopyFrom(values[rng.randrange(len(values))])
    elif action == 1:
        values.append(_scalar(field, values[place], rng))
    elif action == 2:
        values[place] = values[rng.randrange(len(values))]
    else:
        values[place] = _scalar(field, values[place], rng)


def _change_field(message: Any, field: Any, rng: Random) -> None:
    if field.message_type is not None or rng.random() < 0.15:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, _scalar(field, getattr(message, field.name), rng))


def _scalar(field: Any, value: Any, rng: Random) -> Any:
    """Another value that the field can hold."""
    if field.cpp_type == field.CPPTYPE_STRING:
        return _text(value, rng)
    if field.cpp_type in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return rng.choice((*_REALS, value * 2, -value))
    if field.cpp_type == field.CPPTYPE_BOOL:
        return not value
    if field.cpp_type == field.CPPTYPE_ENUM:
        return rng.choice([entry.number for entry in field.enum_type.values])
    changed = rng.choice((*_NUMBERS, value + 1, value - 1, -value))
    bits = 32 if field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_UINT32) else 64
    signed = field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_INT64)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return min(max(changed, low), high)


def _text(value: Any, rng: Random) -> Any:
    if isinstance(value, str):
        return rng.choice((value + "x", value[:-1], "", "x0", "\x1b[31m", "a" * 5000, value * 2))
    content = bytearray(value[:_BYTES_KEPT])
    for _ in range(min(len(content), rng.choice((1, 4)))):
        content[rng.randrange(len(content))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
    return bytes(content) if rng.random() < 0.8 else bytes(content[: len(content) // 2])
