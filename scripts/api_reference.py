"""docs/reference/python-api.md: every name of `mcuq.__all__`, from its signature and docstring."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import mcuq

GROUPS = {
    "A build in one call": ("build", "Build", "StageLines", "McuqError", "bundle_models"),
    "Reading": ("load_model", "load_data", "Graph", "Dataset"),
    "Quantizing": (
        *("calibrate_graph", "quantize_graph", "Ranges", "Config", "WeightChoice"),
        "QuantizedGraph",
    ),
    "Running on the host": ("run_float", "run_integer", "quantize_inputs", "dequantize_outputs"),
    "C, firmware and files": (
        *("lower_graph", "plan_program", "Program", "MemoryPlan", "write_c_model"),
        *("build_firmware", "FirmwareImage", "firmware_dir", "tflite_bytes"),
    ),
    "A build as values": ("build_model", "BuildRequest", "BuildResult"),
}
"""Title → names, in the order that a reader meets them."""
_LONGEST_DEFAULT = 24
_WIDTH = 88
_SECTION = re.compile(r"(Args|Attributes|Raises|Returns|Yields):")
_ENTRY = re.compile(r"([\w*.`, ]+): (.*)")


def api_page(note: str) -> str:
    """Text of the page.

    Raises:
        ValueError: a name is in no group, or a group has one that is not promised.
    """
    listed = [name for names in GROUPS.values() for name in names]
    if sorted(listed) != sorted(name for name in mcuq.__all__ if name != "__version__"):
        raise ValueError("every name of mcuq.__all__ belongs into one group of api_reference.py")
    lines = [note, "# Python, name by name\n", _INTRODUCTION]
    for title, names in GROUPS.items():
        lines.append(f"## {title}\n")
        for name in names:
            lines += _entry(f"mcuq.{name}", getattr(mcuq, name), 3)
    return "\n".join(lines)


_INTRODUCTION = """\
`import mcuq` has these names and loads what is behind one when it is first used. How they are used
together is in [From Python](../python.md). Errors are `mcuq.McuqError` with `cause` and `hint`.
"""


def _entry(title: str, value: Any, level: int) -> Iterator[str]:
    yield f"{'#' * level} {title}\n"
    if inspect.isclass(value):
        yield from _described(value)
        for name, member in vars(value).items():
            if not name.startswith("_") and isinstance(member, property) and member.__doc__:
                yield f"- `.{name}`: {_line(member.__doc__)}"
            elif not name.startswith("_") and inspect.isfunction(member) and member.__doc__:
                yield f"- `.{_signature(name, member)}`: {_line(member.__doc__)}"
        yield ""
        return
    yield f"```python\n{_signature(title, value, wraps=True)}\n```\n"
    yield from _described(value)


def _signature(name: str, function: Any, *, wraps: bool = False) -> str:
    """As it is called, with annotations; one parameter a line where it is long."""
    words = []
    star_is_due = True
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and star_is_due:
            words.append("*")
        star_is_due &= parameter.kind not in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        words.append(_parameter(parameter))
    returns = inspect.signature(function).return_annotation
    arrow = "" if returns is inspect.Signature.empty else f" -> {returns}"
    line = f"{name}({', '.join(words)}){arrow}"
    if not wraps or len(line) <= _WIDTH:
        return line
    return f"{name}(\n    " + ",\n    ".join(words) + f",\n){arrow}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {"VAR_KEYWORD": "**", "VAR_POSITIONAL": "*"}.get(parameter.kind.name, "")
    word = f"{stars}{parameter.name}"
    if parameter.annotation is not parameter.empty:
        word += f": {parameter.annotation}"
    if parameter.default is parameter.empty:
        return word
    return f"{word} = {_default(parameter.default)}"


def _default(value: Any) -> str:
    """An object of no short text has the name it bears, or an ellipsis."""
    if callable(value):
        return str(getattr(value, "__name__", "..."))
    text = repr(value)
    return text if len(text) <= _LONGEST_DEFAULT and "<" not in text else "..."


def _described(value: Any) -> Iterator[str]:
    """A docstring as Markdown: its sections become lists."""
    is_list = False
    entries: list[str] = []
    for line in inspect.cleandoc(value.__doc__ or "").splitlines():
        section = _SECTION.fullmatch(line)
        if section:
            yield from _list(entries)
            entries = []
            yield f"\n{section[1]}:\n"
            is_list = True
        elif is_list and line and not line.startswith(" "):
            yield from _list(entries)
            entries = []
            is_list = False
            yield f"\n{line}"
        elif is_list:
            entries.append(line)
        else:
            yield line
    yield from _list(entries)
    yield ""


def _list(lines: list[str]) -> Iterator[str]:
    """Entries `name: what it is`, continued on lines that are indented further."""
    items: list[str] = []
    for line in lines:
        text = line.strip()
        is_first = line.startswith("    ") and not line.startswith("     ")
        match = _ENTRY.fullmatch(text) if is_first else None
        if match:
            names = ", ".join(f"`{name.strip()}`" for name in match[1].split(",") if name.strip())
            items.append(f"- {names.replace('``', '`')}: {match[2]}")
        elif items and text:
            items[-1] += f" {text}"
        elif text:
            items.append(f"- {text}")
    yield from items


def _line(docstring: str) -> str:
    return inspect.cleandoc(docstring).split("\n\n")[0].replace("\n", " ")
