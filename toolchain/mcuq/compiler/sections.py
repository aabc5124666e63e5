"""What an object file is made of: sections, their sizes, and which needs which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from elftools.elf.elffile import ELFFile

from mcuq.compiler.frames import calls_inside, frame_bytes
from mcuq.compiler.kept import Object

_FLASH = (".text", ".rodata", ".data", ".boot", ".vectors")
_RAM = (".data", ".bss", ".noinit")

_CALLS = frozenset({10, 30, 51, 102, 103})
"""Relocations of branches: R_ARM_THM_CALL, _JUMP24, _JUMP19, _JUMP11, _JUMP8."""
_NOTHING = 0
"""R_ARM_NONE: Clang's link to its unwinding tables."""
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
    weak: dict[str, Section] = {}
    for compiled in objects:
        usage = read_stack_usage(compiled.stack_usage)
        recursive = _self_callers(compiled.call_graph)
        elf = ELFFile(BytesIO(compiled.content))
        for section in _sections(elf, compiled.name, usage, recursive):
            found[section.name] = section
        strong, others = _aliases(elf, compiled.name)
        found |= strong
        weak |= others
    return weak | found


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


def _symbols(elf: ELFFile) -> list[Any]:
    table = elf.get_section_by_name(".symtab")
    return list(table.iter_symbols()) if table else []


def _sections(
    elf: ELFFile, unit: str, usage: Mapping[str, int | None], recursive: frozenset[str]
) -> Iterator[Section]:
    symbols = _symbols(elf)
    names = _section_names(elf, symbols, unit)
    functions = _functions(symbols)
    needs, addressed = _needs(elf, symbols, names)
    relocated = _relocated(elf)
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
            not recursive.isdisjoint(inside)
            or _calls_itself(header, symbols, index, relocated.get(index, frozenset())),
            frozenset(addressed.get(index, ())) - {name},
            stack is None,
        )


def _aliases(elf: ELFFile, unit: str) -> tuple[dict[str, Section], dict[str, Section]]:
    """Other symbols of a section: of no size, they need the one it is named by.

    Returns:
        Global ones, and weak ones, which hold where nothing else has their name.
    """
    symbols = _symbols(elf)
    names = _section_names(elf, symbols, unit)
    found: dict[str, dict[str, Section]] = {"STB_GLOBAL": {}, "STB_WEAK": {}}
    for symbol in symbols:
        name = names.get(symbol["st_shndx"])
        if name not in (None, symbol.name) and symbol["st_info"]["bind"] in found:
            alias = Section(symbol.name, "text", 0, frozenset({name}))
            found[symbol["st_info"]["bind"]][symbol.name] = alias
    return found["STB_GLOBAL"], found["STB_WEAK"]


def _literals(section: Any, symbols: list[Any]) -> list[tuple[int, int]]:
    """[begin, end) of data inside code, from mapping symbols: $t begins code, $d data inside it."""
    marks = sorted((s["st_value"], s.name[1]) for s in symbols if s.name[:2] in ("$t", "$d"))
    ends = [at for at, _ in marks[1:]] + [section["sh_size"]]
    return [(at, end) for (at, kind), end in zip(marks, ends, strict=False) if kind == "d"]


def _frame(section: Any, symbols: list[Any]) -> int | None:
    """Stack bytes of a function that its compiler tells nothing about; None for no bound."""
    if not section.name.startswith(".text"):
        return 0
    return frame_bytes(section.data(), _literals(section, symbols))


def _relocated(elf: ELFFile) -> dict[int, frozenset[int]]:
    """By section: the places that the linker fills in."""
    return {
        section["sh_info"]: frozenset(each["r_offset"] for each in section.iter_relocations())
        for section in elf.iter_sections()
        if section["sh_type"] == "SHT_REL"
    }


def _calls_itself(section: Any, symbols: list[Any], index: int, relocated: frozenset[int]) -> bool:
    """Whether a function that stands alone in its section calls its own beginning.

    An assembler may leave no relocation for that, and not every compiler writes a call graph.
    """
    if not section.name.startswith(".text."):
        return False
    inside = [symbol for symbol in symbols if symbol["st_shndx"] == index]
    starts = {s["st_value"] & ~1 for s in inside if s["st_info"]["type"] == "STT_FUNC"}
    calls = calls_inside(section.data(), _literals(section, inside))
    return any(to in starts for at, to in calls.items() if at not in relocated)


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
            if relocation["r_info_type"] == _NOTHING:
                continue
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
