"""What a vendor's description file tells of a part, as far as a board file asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcuq_hil.boards.schema import Core

CORES: dict[str, Core] = {
    "m0+": "cortex-m0plus",
    "m0plus": "cortex-m0plus",
    "m3": "cortex-m3",
    "m4": "cortex-m4",
    "m7": "cortex-m7",
    "m33": "cortex-m33",
    "m55": "cortex-m55",
}
"""Of the two formats' words, without "Cortex-" or "C" before them and "F" behind."""


@dataclass(frozen=True)
class Region:
    """A memory: its name in the file, address and bytes."""

    name: str
    origin: int
    bytes: int


@dataclass(frozen=True)
class PartFacts:
    """Of one part; what its file does not tell is None or empty.

    Attributes:
        part: the maker's name of the microcontroller.
        maker: of the part.
        core_word: the file's own word for the core.
        flash, ram: regions, the largest first.
        uarts: name and address of every serial port, in the file's order.
        sources: names of the files.
    """

    part: str
    maker: str | None = None
    core_word: str | None = None
    flash: tuple[Region, ...] = ()
    ram: tuple[Region, ...] = ()
    uarts: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def core(self) -> Core | None:
        """The compiler's name of the core; None where the file names none that mcuq knows."""
        word = (self.core_word or "").lower().removeprefix("cortex-").removeprefix("c")
        return CORES.get(word.removesuffix("f"))

    def completed(self, other: PartFacts) -> PartFacts:
        """With what `other` tells where this one says nothing."""
        return replace(
            self,
            maker=self.maker or other.maker,
            core_word=self.core_word or other.core_word,
            flash=self.flash or other.flash,
            ram=self.ram or other.ram,
            uarts=self.uarts or other.uarts,
            sources=(*self.sources, *other.sources),
        )
