"""The search's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GaSettings:
    """The genetic algorithm: how children are bred and which of them are evaluated."""

    population: int = 32
    """Candidates. Survivors of a generation.

    Evidence: not measured: chosen by hand.
    """
    children: int = 16
    """Candidates. Evaluated in a generation.

    Evidence: not measured: chosen by hand.
    """
    oversample: int = 8
    """Children. Bred for each one that is evaluated; the surrogate picks.

    Evidence: docs/settings.md: 1, 8 and 32 lose the same within the range of three seeds.
    """
    patience: int = 12
    """Generations. Without a better candidate that fits, before the search stops.

    Evidence: not measured: chosen by hand.
    """
    attempts: int = 4
    """Factor. Children bred at most for each one wanted, since many are known already.

    Evidence: not measured: chosen by hand.
    """
    run_crossover: float = 0.5
    """Probability. A child takes a run of neighbouring genes, not each gene from either parent.

    Evidence: not measured: chosen by hand.
    """
    second_move: float = 0.5
    """Probability. A mutation makes a second move.

    Evidence: docs/settings.md: with single moves only the loss is the same within the range of
    three seeds.
    """
    third_move: float = 0.25
    """Probability. A mutation makes a further move.

    Evidence: as for `second_move`.
    """
    sibling_move: float = 0.5
    """Probability. A move changes the rounding at equal bytes.

    Evidence: not measured: chosen by hand.
    """
    any_move: float = 0.3
    """Probability. A move draws any choice of a gene; the rest trades widths of two genes.

    Evidence: not measured: chosen by hand.
    """
    repaired: float = 0.75
    """Probability. A child is brought to the byte limit before it is evaluated.

    Evidence: docs/settings.md: without repair the loss is a quarter higher and spreads three times
    as far; 0.75 and 1 lose the same within the range of three seeds.
    """
    repair_noise: tuple[float, float] = (0.5, 1.5)
    """Factor. Range of the random weight of each gene's loss in a repair, so that repairs differ.

    Evidence: not measured: chosen by hand.
    """
    blind_share: int = 4
    """Divisor. One evaluated child in so many is drawn blindly, to correct the surrogate.

    Evidence: docs/settings.md: one in two, one in four and none lose the same within the range of
    three seeds.
    """
    ridge: float = 1.0
    """Squared log loss. Added to the diagonal of the surrogate's regression.

    Evidence: not measured: chosen by hand.
    """
    pair_weight: float = 0.5
    """Weight. Of a pair of neighbouring choices beside a single one in the surrogate.

    Evidence: not measured: chosen by hand.
    """
    random_draws: int = 64
    """Draws. By the method `random` for each evaluation that it is allowed, at most.

    Evidence: not measured: chosen by hand; it only ends a draw from a space that is used up.
    """


GA = GaSettings()


@dataclass(frozen=True)
class FidelitySettings:
    """Who is scored on many samples, and how much is scored between two looks around."""

    margin: float = 1.15
    """Factor. A candidate is confirmed where its race came within it of the best loss.

    Evidence: docs/settings.md: 1, 1.05, 1.15, 1.3 and 2 lose the same within the range of three
    seeds and score 65, 67, 66, 69 and 75 thousand samples.
    """
    recent: int = 32
    """Confirmations. The latest ones say how a race relates to a confirmation.

    Evidence: not measured: chosen by hand.
    """
    measured: int = 3
    """Choices. Of a tensor and width, the best in the races are confirmed alone.

    Evidence: docs/settings.md: 1, 3 and 6 lose the same on average and score 52, 66 and 72 thousand
    samples; with 3 the seeds differ least.
    """
    chosen: int = 16
    """Candidates. Scored on all samples but those kept back.

    Evidence: not measured: chosen by hand.
    """
    picked_from: int = 4
    """Candidates. Scored on the samples kept back; the best is built.

    Evidence: not measured: chosen by hand.
    """
    batch: int = 64
    """Candidates. Scored between two looks at the clock and two calls of the progress function.

    Evidence: not measured: chosen by hand. It changes what an early end keeps, and the moment
    from which a new best loss counts.
    """
    logged_together: int = 32
    """Scores. Written to the score log at once: what a kill can cost at most.

    Evidence: not measured: chosen by hand. It changes no result.
    """


FIDELITIES = FidelitySettings()


@dataclass(frozen=True)
class StartSettings:
    """What the genetic algorithm starts from."""

    between: int = 5
    """Solutions. Of the knapsack, at byte limits spread between the smallest and all int8.

    Evidence: not measured: chosen by hand.
    """
    cut: int = 6
    """Networks. With channels left out, where the search may do so; each is two solutions.

    Evidence: not measured: chosen by hand.
    """
    widened: int = 4
    """Candidates. The best under tighter limits that are widened to the limit.

    Evidence: not measured: chosen by hand.
    """
    tighter: tuple[float, ...] = (0.25, 0.5, 0.75)
    """Shares of the int8 weight bytes. Limits that are searched before a larger one.

    Evidence: none needed: more of them promise more and score more candidates; a quarter and a half
    are all filters at 2 and at 4 bits.
    """
    most_states: int = 20_000
    """States. Of the knapsack; beyond, those of nearly equal bytes are thinned.

    Evidence: not measured: chosen by hand. It bounds time and memory; below it the knapsack is
    exact.
    """
    unmeasured: float = 1e6
    """Loss. Stands for a choice that the evaluation budget did not reach.

    Evidence: none needed: above every loss, so that such a choice is taken last.
    """


STARTS = StartSettings()


@dataclass(frozen=True)
class HypervolumeSettings:
    """The figure of a whole front."""

    margin: float = 1.1
    """Factor. The reference point is so much worse than the worst end of the space.

    Evidence: none needed: a convention, so that the ends themselves count.
    """


HYPERVOLUME = HypervolumeSettings()


@dataclass(frozen=True)
class MixSettings:
    """The search among combinations whose filters are solved anew."""

    evaluations: int = 48
    """Combinations. Solved under each limit of weight bytes, at most.

    Evidence: not measured: chosen by hand.
    """
    promising: int = 12
    """Combinations. Of the search before, with which this one begins.

    Evidence: not measured: chosen by hand.
    """
    children: int = 8
    """Combinations. Solved in a generation.

    Evidence: not measured: chosen by hand.
    """
    patience: int = 3
    """Generations. Without a better combination that fits, before it ends.

    Evidence: not measured: chosen by hand.
    """


MIXES = MixSettings()
