"""A board file as far as a vendor's description goes; comments say what else to fill in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import takewhile

from mcuq_hil.boards.facts import CORES, PartFacts, Region
from mcuq_hil.boards.registry import list_boards
from mcuq_hil.boards.schema import Board
from mcuq_hil.errors import BoardError

_FAMILY_LETTERS = 6
"""Of a part's name, that parts of one family share at least: "STM32F", "nRF528"."""


@dataclass(frozen=True)
class Draft:
    """Text of a board file.

    Attributes:
        missing: keys that are still to be filled in, as `table.key`.
        family: the board of the registry whose port was taken over.
    """

    text: str
    missing: tuple[str, ...]
    family: str | None


def draft_board(facts: PartFacts) -> Draft:
    """A board file with every fact that is known and a comment for every one that is not.

    Raises:
        BoardError: the part has a core that mcuq does not build for.
    """
    if facts.core_word and facts.core is None:
        built = ", ".join(sorted(set(CORES.values())))
        raise BoardError(f"{facts.part} has a {facts.core_word}", f"mcuq builds for {built}")
    relative = _relative(facts)
    lines = _Lines()
    lines.text("title", facts.part, "the board's name, for people")
    lines.text("maker", facts.maker, "who makes the board")
    lines.text("part", facts.part, "the maker's name of the microcontroller")
    lines.add(
        f"sources = {_quoted(list(facts.sources))}  # and the data sheet, the reference manual"
    )
    lines.text("core", facts.core, f"one of {', '.join(sorted(set(CORES.values())))}")
    _add_port(lines, relative)
    _add_memory(lines, "flash", facts.flash)
    _add_memory(lines, "ram", facts.ram)
    _add_uart(lines, facts, relative)
    lines.add("", "[counter]")
    counter = "systick" if facts.core == "cortex-m0plus" else "dwt"
    lines.text(
        "driver", counter if facts.core else None, "dwt, or systick on a Cortex-M0+", "counter"
    )
    return Draft(
        "\n".join([*lines.lines, ""]), tuple(lines.missing), relative.name if relative else None
    )


def _relative(facts: PartFacts) -> Board | None:
    """The board of the registry whose part's name begins most alike, of the same core."""
    boards = [each for each in list_boards() if each.real and facts.core in (None, each.core)]
    shared = {
        board.name: _letters_shared(board.part.upper(), facts.part.upper()) for board in boards
    }
    best = max(boards, key=lambda board: shared[board.name], default=None)
    return best if best is not None and shared[best.name] > _FAMILY_LETTERS else None


def _letters_shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class _Lines:
    """Lines of the file, and the keys that are comments only."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missing: list[str] = []

    def add(self, *lines: str) -> None:
        self.lines += lines

    def text(self, key: str, value: str | None, what: str, table: str = "") -> None:
        """A key of a string, or a comment that says what belongs there."""
        self.value(key, None if value is None else _quoted(value), what, table)

    def value(self, key: str, literal: str | None, what: str, table: str = "") -> None:
        if literal is None:
            self.missing.append(f"{table}.{key}" if table else key)
            self.add(f"# {key} =   # fill in: {what}")
        else:
            self.add(f"{key} = {literal}")


def _add_port(lines: _Lines, relative: Board | None) -> None:
    if relative is None:
        lines.text("port", None, "a folder of firmware/ports; a new family needs one")
        lines.value("core_hz", None, "the core's clock that the port's clock.c sets")
        lines.add('# emulator = { engine = "unicorn" }  # where it knows the registers of the port')
        return
    lines.add(f"# As {relative.name}, whose part's name begins alike, has them.")
    lines.text("port", relative.port, "")
    lines.value("core_hz", f"{relative.core_hz:_}", "")
    if relative.emulator and relative.emulator.engine == "unicorn":
        lines.add('emulator = { engine = "unicorn" }')


def _add_memory(lines: _Lines, table: str, regions: tuple[Region, ...]) -> None:
    lines.add("")
    if len(regions) > 1:
        others = ", ".join(f"{r.name} {r.origin:#010x} ({r.bytes})" for r in regions[1:])
        lines.add(f"# The largest of several; there are also {others}.")
    lines.add(f"[{table}]")
    first = regions[0] if regions else None
    origin, size = (f"{first.origin:#010x}", f"{first.bytes:_}") if first else (None, None)
    lines.value("origin", origin, "its address", table)
    lines.value("bytes", size, "its size", table)


def _add_uart(lines: _Lines, facts: PartFacts, relative: Board | None) -> None:
    lines.add("")
    if len(facts.uarts) > 1:
        others = ", ".join(f"{name} {base:#010x}" for name, base in facts.uarts)
        lines.add(f"# Choose the one that the board's probe or your adapter is wired to: {others}.")
    lines.add("[uart]")
    name, base = facts.uarts[0] if facts.uarts else (None, None)
    driver = relative.uart.driver if relative else None
    lines.text("driver", driver, "a file of firmware/ports/uart, without its ending", "uart")
    lines.text("name", name, 'the maker\'s, such as "USART1"', "uart")
    address = None if base is None else f"{base:#010x}"
    lines.value("base", address, "address of its registers", "uart")
    lines.value("clock_hz", None, "what the baud rate is divided from at core_hz", "uart")
    lines.add("baud = 115_200  # up to 921_600, what the clock can be divided to")
    lines.add("# enable = { register = 0x…, bit = … }  # fill in: what switches its clock on")
    lines.add('# tx = { pin = "…", function = … }      # fill in: the pin that sends')
    lines.add('# rx = { pin = "…", function = … }      # fill in: the pin that receives')


def _quoted(value: str | list[str]) -> str:
    """As TOML writes it: a basic string's escapes are JSON's."""
    return json.dumps(value, ensure_ascii=False)
