"""The search among mixes: smaller, never worse than under a tighter limit, led by solved losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_climb import problem, spaces

from mcuq.search import Choice, Evaluator, Gene, Genome, Limits, Space
from mcuq.search.climb import climb
from mcuq.search.mixes import Narrowing
from mcuq.search.problem import FULL, HOLDOUT, MEDIUM, SOLVED, SOLVED_ON_ALL, Candidate
from mcuq.search.seeds import count_alone


def judged(evaluator: Evaluator, winner: Candidate | None) -> tuple[float, ...]:
    """Losses of a winner on the last two rungs: solved, where its own loss is of that kind."""
    assert winner is not None
    assert winner.fits
    (loss,) = evaluator.score([winner.genome], SOLVED_ON_ALL + MEDIUM)
    kind = SOLVED_ON_ALL if winner.loss == loss else 0
    return tuple(evaluator.score([winner.genome], kind + rung)[0] for rung in (FULL, HOLDOUT))


@settings(max_examples=25, deadline=None)
@given(spaces(), st.integers(0, 99), st.integers(3, 90), st.floats(0, 1), st.floats(0, 1))
def test_a_search_that_passed_a_tighter_limit_is_no_worse_than_one_that_ends_there(
    space: Space, seed: int, budget: int, one: float, other: float
) -> None:
    least, full = (space.weight_bytes(g) for g in (space.smallest(), space.reference))
    low, high = sorted(int(least + share * (full - least)) for share in (one, other))
    tight, wide = (problem(space, seed, limit, budget) for limit in (low, high))
    before = judged(tight, climb("ga", tight, seed, mixes=True))
    on_the_way = [Limits(weight_bytes=low)]
    after = judged(wide, climb("ga", wide, seed, before=on_the_way, mixes=True))
    assert all(b <= a for a, b in zip(before, after, strict=True))


@settings(max_examples=20, deadline=None)
@given(spaces(), st.data())
def test_what_stands_for_a_genome_has_its_bytes_and_stands_for_itself(
    space: Space, data: st.DataObject
) -> None:
    genome = tuple(data.draw(st.integers(0, len(gene.choices) - 1)) for gene in space.genes)
    narrowing = Narrowing(space)
    narrow = narrowing.narrow(genome)
    assert narrowing.space.weight_bytes(narrow) == space.weight_bytes(genome)
    assert narrowing.narrow(narrowing.wide(narrow)) == narrow
    assert narrowing.space.size <= space.size


def test_choices_without_bytes_all_stay() -> None:
    filters = Gene("w", (Choice("int8", 8, 8), Choice("int4:a", 4, 4), Choice("int4:b", 4, 4)))
    activation = Gene("x", (Choice("minmax", 0, 0), Choice("entropy", 0, 0)))
    narrowing = Narrowing(Space((filters, activation)))
    labels = [[choice.label for choice in gene.choices] for gene in narrowing.space.genes]
    assert labels == [["int8", "int4:b"], ["minmax", "entropy"]]
    assert narrowing.losses([[0.0, 3.0, 5.0], [0.0, 1.0]]) == [[0.0, 3.0], [0.0, 1.0]]


@pytest.mark.parametrize("worse", [0.0, 20.0])
def test_the_mix_that_solving_favours_is_found_against_all_plain_losses(
    space: Space, worse: float
) -> None:
    """Plainly, the more int8 the worse; solved anew, one mix is best, also where it loses more
    than others do plainly as long as it is solved on few samples."""
    full = space.weight_bytes(space.reference)
    wanted = (0, 3, 3, 0, 3, 3, 3, 0)

    def score(genomes: Sequence[Genome], rung: int) -> list[float]:
        if rung < SOLVED:
            return [1.0 + sum(choice == 0 for choice in genome) for genome in genomes]
        pairs = ([(a == 0) != (b == 0) for a, b in zip(g, wanted, strict=True)] for g in genomes)
        return [sum(pair) + (worse if rung < SOLVED_ON_ALL else 0.0) for pair in pairs]

    evaluator = replace(problem(space, 0, int(0.75 * full), 200), score=score)
    plain = climb("ga", evaluator, 0)
    assert plain is not None
    assert all(plain.genome)
    found = climb("ga", replace(evaluator, known={}, curve=[]), 0, mixes=True)
    assert found is not None
    assert [choice == 0 for choice in found.genome] == [choice == 0 for choice in wanted]


@settings(max_examples=25, deadline=None)
@given(spaces(), st.integers(0, 99), st.integers(0, 60), st.floats(0, 1))
def test_no_more_mixes_are_solved_than_the_budget_leaves_combinations(
    space: Space, seed: int, more: int, share: float
) -> None:
    least, full = (space.weight_bytes(g) for g in (space.smallest(), space.reference))
    limit = int(least + share * (full - least))
    evaluator = problem(space, seed, limit, count_alone(space) + more)
    solved: set[Genome] = set()
    plainly = evaluator.score

    def score(genomes: Sequence[Genome], rung: int) -> Sequence[float]:
        solved.update(genomes if rung == SOLVED + MEDIUM else ())
        return plainly(genomes, rung)

    climb("ga", replace(evaluator, score=score), seed, mixes=True)
    assert len(solved) <= max(1, more)
