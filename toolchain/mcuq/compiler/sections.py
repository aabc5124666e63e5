"""What an object file is made of: sections, their sizes, and which needs which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from elftools.elf.elffile import ELFFile

from mcuq.compiler.frames import frame_bytes
from mcuq.compiler.kept import Object

_FLASH = (".text", ".rodata", ".data", ".boot", ".vectors")
_RAM = (".data", ".bss", ".noinit")

_CALLS = frozenset({10, 30, 51, 102, 103})
"""Relocations of branches: R_ARM_THM_CALL, _JUMP24, _JUMP19, _JUMP11, _JUMP8."""
_CALL = re.compile(r'^edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """One linkable piece: a function, or a constant or variable.

    Attributes:
        name: the global symbol it defines, else "unit.c:section name".
        kind: "text", "rodata", "data" or "bss".
        bytes: size rounded up to its alignment.
        needs: names of the sections its relocations point to.
        stack: bytes of stack of the function, 0 for data.
        recursive: the function calls itself.
        passes: those of `needs` whose address the function takes without calling them: it may
            hand them to what it calls.
        unbounded: it takes stack by an amount known only as it runs.
    """

    name: str
    kind: str
    bytes: int
    needs: frozenset[str]
    stack: int = 0
    recursive: bool = False
    passes: frozenset[str] = frozenset()
    unbounded: bool = False

    @property
    def flash_bytes(self) -> int:
        return self.bytes if self.kind != "bss" else 0

    @property
    def ram_bytes(self) -> int:
        return self.bytes if self.kind in ("data", "bss") else 0


def read_sections(objects: Iterable[Object]) -> dict[str, Section]:
    """Sections of all objects by name. Undefined symbols stay as bare names in `needs`."""
    found: dict[str, Section] = {}
    for compiled in objects:
        usage = read_stack_usage(compiled.stack_usage)
        recursive = _self_callers(compiled.call_graph)
        for section in _sections(BytesIO(compiled.content), compiled.name, usage, recursive):
            found[section.name] = section
    return found


def closure(needs: Mapping[str, frozenset[str]], roots: Iterable[str]) -> frozenset[str]:
    """Names of everything that `roots` need, themselves included, as the linker would keep it."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        waiting.extend(needs.get(name, ()))
    return frozenset(seen)


def read_stack_usage(text: str) -> dict[str, int | None]:
    """Function name to stack bytes, from gcc's .su file: "file:line:col:name", bytes, kind.

    None for a function that takes more by an amount known only as it runs: a VLA, `alloca`.
    """
    usage: dict[str, int | None] = {}
    for line in text.splitlines():
        where, size, kind = line.rsplit("\t", 2)
        is_known = kind in ("static", "dynamic,bounded")
        usage[where.rsplit(":", 1)[1]] = int(size) if is_known else None
    return usage


def _self_callers(text: str) -> frozenset[str]:
    """Functions that call themselves: the assembler leaves no relocation for that."""
    calls = _CALL.findall(text)
    return frozenset(caller.rsplit(":", 1)[-1] for caller, called in calls if caller == called)


def _sections(
    stream: BinaryIO, unit: str, usage: Mapping[str, int | None], recursive: frozenset[str]
) -> Iterator[Section]:
    elf = ELFFile(stream)
    table = elf.get_section_by_name(".symtab")
    symbols = list(table.iter_symbols()) if table else []
    names = _section_names(elf, symbols, unit)
    functions = _functions(symbols)
    needs, addressed = _needs(elf, symbols, names)
    for index, name in names.items():
        header = elf.get_section(index)
        align = max(header["sh_addralign"], 1)
        size = -(-header["sh_size"] // align) * align
        inside = functions.get(index, [])
        told = [usage.get(function, 0) for function in inside]
        stack = None if None in told else max((size or 0 for size in told), default=0)
        if stack == 0:
            stack = _frame(header, [s for s in symbols if s["st_shndx"] == index])
        yield Section(
            name,
            _kind(header.name),
            size,
            frozenset(needs.get(index, ())),
            stack or 0,
            not recursive.isdisjoint(inside),
            frozenset(addressed.get(index, ())) - {name},
            stack is None,
        )
    yield from _aliases(symbols, names)


def _aliases(symbols: list[Any], names: Mapping[int, str]) -> Iterator[Section]:
    """Other global symbols of a section: of no size, they need the one it is named by."""
    for symbol in symbols:
        name = names.get(symbol["st_shndx"])
        # A weak one may have its definition elsewhere.
        if name not in (None, symbol.name) and symbol["st_info"]["bind"] == "STB_GLOBAL":
            yield Section(symbol.name, "text", 0, frozenset({name}))


def _frame(section: Any, symbols: list[Any]) -> int | None:
    """Stack bytes of a function that gcc tells nothing about; None where it has no bound."""
    if not section.name.startswith(".text"):
        return 0
    # Mapping symbols: $t begins code, $d data inside it.
    marks = sorted((s["st_value"], s.name[1]) for s in symbols if s.name[:2] in ("$t", "$d"))
    ends = [at for at, _ in marks[1:]] + [section["sh_size"]]
    data = [(at, end) for (at, kind), end in zip(marks, ends, strict=False) if kind == "d"]
    return frame_bytes(section.data(), data)


def _kind(section_name: str) -> str:
    return {".text": "text", ".data": "data", ".bss": "bss", ".noinit": "bss"}.get(
        "." + section_name.split(".")[1], "rodata"
    )


def _section_names(elf: ELFFile, symbols: list[Any], unit: str) -> dict[int, str]:
    kept = {
        index: f"{unit}:{section.name}"
        for index, section in enumerate(elf.iter_sections())
        if section.name.startswith(_FLASH + _RAM) and section["sh_size"] > 0
        if section["sh_type"] in ("SHT_PROGBITS", "SHT_NOBITS")
    }
    for symbol in symbols:
        if symbol["st_info"]["bind"] != "STB_LOCAL" and symbol["st_shndx"] in kept:
            kept[symbol["st_shndx"]] = symbol.name
    return kept


def _functions(symbols: list[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for symbol in symbols:
        if symbol["st_info"]["type"] == "STT_FUNC" and isinstance(symbol["st_shndx"], int):
            found.setdefault(symbol["st_shndx"], []).append(symbol.name)
    return found


def _needs(
    elf: ELFFile, symbols: list[Any], names: Mapping[int, str]
) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """By section: what its relocations point to; the functions among it that are not called."""
    needs: dict[int, set[str]] = {}
    addressed: dict[int, set[str]] = {}
    for section in elf.iter_sections():
        if section["sh_type"] != "SHT_REL" or section["sh_info"] not in names:
            continue
        into = needs.setdefault(section["sh_info"], set())
        for relocation in section.iter_relocations():
            symbol = symbols[relocation["r_info_sym"]]
            target = symbol["st_shndx"]
            name = symbol.name if target == "SHN_UNDEF" else names.get(target)
            if name is None:
                continue
            into.add(name)
            if relocation["r_info_type"] not in _CALLS and _may_be_function(symbol, target):
                addressed.setdefault(section["sh_info"], set()).add(name)
    return {index: into - {names[index]} for index, into in needs.items()}, addressed


def _may_be_function(symbol: Any, target: int | str) -> bool:
    """A function, or a symbol of another file: its kind is not known here."""
    return target == "SHN_UNDEF" or symbol["st_info"]["type"] == "STT_FUNC"
