"""The stack's bound: calls, tables of pointers, pointers handed on, recursion."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.sections import Section, read_sections
from mcuq.compiler.stack import StackError, stack_bound


def function(name: str, stack: int, *needs: str, passes: tuple[str, ...] = ()) -> Section:
    return Section(name, "text", 4, frozenset(needs), stack, passes=frozenset(passes))


def bound(*sections: Section) -> int:
    return stack_bound({s.name: s for s in sections}, "root")


def test_the_deepest_chain_counts() -> None:
    leaf, deep = function("leaf", 50), function("deep", 20, "leaf")
    assert bound(function("root", 8, "leaf", "deep"), leaf, deep) == 78


def test_a_function_handed_on_is_called_from_the_deepest_point() -> None:
    root = function("root", 8, "driver", "inner", passes=("inner",))
    assert (
        bound(root, function("driver", 40, "step"), function("step", 16), function("inner", 100))
        == 164
    )


def test_a_table_is_called_by_its_reader() -> None:
    table = Section("table", "rodata", 4, frozenset({"run"}))
    root = function("root", 8, "table", passes=("table",))
    assert bound(root, table, function("run", 30)) == 38


def test_recursion_is_refused() -> None:
    with pytest.raises(StackError, match="root → a → root"):
        bound(function("root", 8, "a"), function("a", 8, "root"))


@pytest.mark.arm
@pytest.mark.parametrize(("registers", "size"), [("r4, lr", 8), ("r3-r11, lr", 40)])
def test_assembly_counts_what_it_pushes(tmp_path: Path, registers: str, size: int) -> None:
    source = tmp_path / "naked.c"
    text = f"push {{{registers}}}\\n pop {{{registers.replace('lr', 'pc')}}}"
    source.write_text(f'__attribute__((naked)) void root(void) {{ __asm__("{text}"); }}\n')
    unit = Unit("naked.c", source, (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))
    assert stack_bound(read_sections(compile_units([unit])), "root") == size


@pytest.mark.arm
@pytest.mark.parametrize("taken", ["char room[n];", "char *room = __builtin_alloca(n);"])
def test_an_amount_known_only_at_run_time_is_refused(tmp_path: Path, taken: str) -> None:
    source = tmp_path / "late.c"
    body = f"{taken} use(room); return room[0];"
    source.write_text(f"void use(char *);\nint root(unsigned n) {{ {body} }}\n")
    unit = Unit("late.c", source, (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))
    with pytest.raises(StackError, match="root takes it as it runs"):
        stack_bound(read_sections(compile_units([unit])), "root")
