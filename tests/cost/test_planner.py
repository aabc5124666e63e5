"""The planner: no forbidden overlap ever, the lower bound where it is known to be reachable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcuq.cost.planner import Buffer, Overlap, Plan, plan_memory


def check(plan: Plan, buffers: list[Buffer], overlaps: list[Overlap]) -> None:
    """Every pair alive together is disjoint or shares what its overlap allows."""
    allowed = {(o.input, o.output): o for o in overlaps}
    for i, a in enumerate(buffers):
        assert plan.offsets[a.name] % 4 == 0
        assert plan.offsets[a.name] + a.size <= plan.arena_bytes
        for b in buffers[i + 1 :]:
            if a.last < b.first or b.last < a.first:
                continue
            first, second = (a, b) if a.first <= b.first else (b, a)
            start, other = plan.offsets[first.name], plan.offsets[second.name]
            disjoint = start + first.size <= other or other + second.size <= start
            overlap = allowed.get((first.name, second.name))
            behind = (
                overlap is not None
                and first.last == second.first
                and (
                    (overlap.ascending and other + second.size - start <= overlap.ascending)
                    or (overlap.descending and start + first.size - other <= overlap.descending)
                )
            )
            assert disjoint or behind, (first, second, plan)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Buffer], list[Overlap]]:
    steps = draw(st.integers(1, 12))
    buffers = []
    for i in range(draw(st.integers(1, 12))):
        first = draw(st.integers(0, steps))
        last = draw(st.integers(first, steps))
        buffers.append(Buffer(f"b{i}", draw(st.integers(1, 2000)), first, last))
    overlaps = []
    for a in buffers:
        for b in buffers:
            if a.last == b.first and a.first < b.first and draw(st.booleans()):
                overlaps.append(
                    Overlap(
                        a.name,
                        b.name,
                        draw(st.integers(0, b.size)),
                        draw(st.integers(0, min(a.size, b.size))),
                    )
                )
    return buffers, overlaps


@given(problems())
def test_plans_are_valid_and_never_below_the_bound(
    problem: tuple[list[Buffer], list[Overlap]],
) -> None:
    buffers, overlaps = problem
    plan = plan_memory(buffers, overlaps, iterations=50)
    check(plan, buffers, overlaps)
    assert plan.arena_bytes >= plan.lower_bound


def test_a_residual_block_reaches_the_bound() -> None:
    """Input kept for the add: three equal tensors are live at once, never four."""
    buffers = [
        Buffer("in", 16384, 0, 2),
        Buffer("a", 16384, 0, 1),
        Buffer("b", 16384, 1, 2),
        Buffer("sum", 16384, 2, 3),
    ]
    overlaps = [Overlap("b", "sum", 16384, 16384), Overlap("in", "sum", 16384, 16384)]
    plan = plan_memory(buffers, overlaps)
    assert plan.arena_bytes == 49152
    assert plan.arena_bytes == plan.lower_bound


def test_in_place_chain_needs_one_buffer() -> None:
    buffers = [Buffer(f"t{i}", 100, i, i + 1) for i in range(5)]
    overlaps = [Overlap(f"t{i}", f"t{i + 1}", 100, 0) for i in range(4)]
    assert plan_memory(buffers, overlaps).arena_bytes == 100


def test_ascending_kernel_puts_the_output_below_its_input() -> None:
    """A kernel that shrinks 100 to 40 forwards may run in place, starting at the same byte."""
    buffers = [Buffer("in", 100, 0, 1), Buffer("out", 40, 1, 2)]
    plan = plan_memory(buffers, [Overlap("in", "out", ascending=40)])
    assert plan.arena_bytes == 100
    plan = plan_memory(buffers, [Overlap("in", "out", ascending=12)])
    assert plan.arena_bytes == 128
    assert plan.offsets["out"] < plan.offsets["in"]


def test_descending_kernel_puts_the_output_above_its_input() -> None:
    buffers = [Buffer("in", 40, 0, 1), Buffer("out", 100, 1, 2)]
    plan = plan_memory(buffers, [Overlap("in", "out", descending=40)])
    assert plan.arena_bytes == 100


def test_the_same_seed_gives_the_same_plan() -> None:
    buffers = [Buffer(f"b{i}", 37 * (i % 7) + 5, i % 5, i % 5 + i % 3) for i in range(20)]
    assert plan_memory(buffers, seed=3) == plan_memory(buffers, seed=3)


def test_nothing_to_place() -> None:
    assert plan_memory([]).arena_bytes == 0
