"""No heap: what an image keeps has its place when it is linked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcuq.compiler.sections import Section, closure
from mcuq.errors import DeviceError

ALLOCATORS = frozenset(
    {
        *("malloc", "calloc", "realloc", "free", "memalign", "aligned_alloc", "posix_memalign"),
        *("_malloc_r", "_calloc_r", "_realloc_r", "_free_r", "_memalign_r"),
        *("sbrk", "_sbrk", "_sbrk_r", "__malloc_av_", "_Znwj", "_Znaj", "_ZdlPv"),
    }
)
"""Functions of newlib and of C++ that take memory as a program runs, or give it back."""

ROOTS = ("mcuq_vectors", "mcuq_reset_handler", "mcuq_start")
"""What the linker keeps of an image without being asked."""


class HeapError(DeviceError):
    """The image would take memory from a heap."""


def allocators(symbols: Iterable[str]) -> list[str]:
    """Those of some symbols that are of a heap, sorted."""
    return sorted(ALLOCATORS.intersection(symbols))


def check_no_heap(sections: Mapping[str, Section]) -> None:
    """Refuse an image that could call one of ALLOCATORS.

    Raises:
        HeapError: names them, and who calls them.
    """
    kept = closure({name: section.needs for name, section in sections.items()}, ROOTS)
    found = allocators(kept)
    if found:
        callers = sorted(
            name
            for name in kept - ALLOCATORS
            if name in sections and not ALLOCATORS.isdisjoint(sections[name].needs)
        )
        raise HeapError(
            f"the image takes memory from a heap: {', '.join(callers)} needs {', '.join(found)}",
            "mcuq emits no such call: look at the kernels of other makers that are linked",
        )
