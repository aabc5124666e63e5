"""A bound of the stack, from gcc's frame sizes and the calls between sections."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.compiler.sections import Section
from mcuq.errors import DeviceError

NOT_CALLED = frozenset({"mcuq_vectors"})
"""Tables whose functions the hardware calls, on the other stack."""


_NO_RECURSION = "mcuq emits no recursion; pass stack_bytes if you know the bound"


class StackError(DeviceError):
    """The stack has no bound: functions call each other in a circle."""


def stack_bound(sections: Mapping[str, Section], root: str) -> int:
    """Bytes that `root` can use at most.

    Every relocation counts as a call, also one to a table of function pointers, whose functions
    then count as called by whoever reads the table. A function whose address another takes may be
    called from the deepest point that the other reaches: its stack comes on top.

    Raises:
        StackError: recursion, or an amount known only as a function runs; names the functions.
    """
    bounds: dict[str, int] = {}
    return _bound(sections, root, (), bounds)


def _bound(
    sections: Mapping[str, Section], name: str, path: tuple[str, ...], bounds: dict[str, int]
) -> int:
    if name in bounds:
        return bounds[name]
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise StackError(f"the stack has no bound: {circle}", _NO_RECURSION)
    if name in NOT_CALLED or name not in sections:
        return 0
    section = sections[name]
    if section.recursive:
        raise StackError(f"the stack has no bound: {name} calls itself", _NO_RECURSION)
    if section.unbounded:
        raise StackError(f"the stack has no bound: {name} takes it as it runs", _NO_RECURSION)
    passed = {n for n in section.passes if n in sections and sections[n].kind == "text"}
    below, handed_on = (
        max((_bound(sections, n, (*path, name), bounds) for n in sorted(names)), default=0)
        for names in (section.needs - passed, passed)
    )
    bounds[name] = section.stack + below + handed_on
    return bounds[name]
