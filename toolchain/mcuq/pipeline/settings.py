"""The pipeline's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RungSettings:
    """How search samples are divided, and how many candidates are scored."""

    fewest: int = 20
    """Samples. Fewer serve all uses at once.

    Evidence: not measured: chosen by hand.
    """
    kept_back: int = 5
    """Divisor. One sample in so many is kept back for the last decision.

    Evidence: docs/settings.md: of 300 samples, one in three costs 40 % more loss and one in ten
    costs none.
    """
    low: int = 256
    """Samples. Of a race, at most.

    Evidence: not measured: chosen by hand.
    """
    low_share: int = 4
    """Divisor. A race takes at most one sample in so many: else its price is not worth it.

    Evidence: docs/settings.md: one in eight costs a sixth more loss and saves a quarter of the
    samples; one in two gains nothing.
    """
    least_low: int = 32
    """Samples. Of a race, where there are as many.

    Evidence: not measured: chosen by hand.
    """
    medium: int = 1536
    """Samples. Of a confirmation, at most.

    Evidence: not measured: chosen by hand.
    """
    least_combinations: int = 200
    """Candidates. Scored after each choice alone, where `--evaluations` is not given, at least.

    Evidence: not measured: chosen by hand.
    """
    handed_over: int = 16
    """Candidates. Given to a worker process together, at most.

    Evidence: not measured: chosen by hand; it changes no result. Handing over one costs as much
    as some scores.
    """


RUNGS = RungSettings()


@dataclass(frozen=True)
class RefinementSettings:
    """The refinement of what the search chose: how much it is trained on, and when it is taken."""

    samples: int = 4096
    """Samples. Trained on, at most.

    Evidence: docs/settings.md: training gains nothing on 1,024 samples of ResNet-8 and 6 % on
    3,200. More were not tried.
    """
    activation_bytes: int = 1 << 28
    """Bytes. Of the largest activation over all samples; a large model is trained on fewer.

    Evidence: not measured: chosen by hand; it bounds memory.
    """
    many: int = 1024
    """Samples. More of them are passed over `passes_over_many` times only.

    Evidence: not measured: chosen by hand.
    """
    passes_over_many: int = 2
    """Passes. Over more than `many` samples; fewer are passed over as `mcuq.ptq.refine` says.

    Evidence: docs/settings.md: on 3,200 samples of ResNet-8, 0, 2 and 4 passes lose 0.0248, 0.0233
    and 0.0236.
    """
    much_worse: float = 2.0
    """Factor. A refined model whose loss on the other search samples grew more is not taken.

    Evidence: not measured: chosen by hand.
    """


REFINEMENT = RefinementSettings()


@dataclass(frozen=True)
class SampleSettings:
    """How many samples and models the other stages look at."""

    candidates: int = 512
    """Samples. Of the calibration data that the candidates are fitted to.

    Evidence: docs/settings.md: on keyword spotting 64, 128 and 256 samples cost 68, 62 and 16 %
    more loss than 400. More than 512 were not tried.
    """
    solved_products: int = 12 * 10**9
    """Multiplications. Of the second moments on which the filters of a mix are solved while the
    search goes on, at most; a larger model's are solved on fewer samples.

    Evidence: docs/settings.md: mixes of ResNet-8 lose more when solved on 128 samples (this limit)
    than on 512, in nearly the same order.
    """
    front_members: int = 8
    """Models. Of the front that get the metric, the first and the last among them.

    Evidence: not measured: chosen by hand. One more costs as much as the evaluation of what is
    built.
    """
    constructed: int = 64
    """Samples. Constructed where a model's integers are given and no data is.

    Evidence: not measured: chosen by hand.
    """
    constructed_steps: int = 8
    """Steps. Of those, in each sample of a model that keeps states; there are so many times fewer
    samples.

    Evidence: not measured: chosen by hand.
    """
    verified_together: int = 256
    """Samples. From which on a further process verifies in TensorFlow Lite Micro.

    Evidence: not measured: chosen by hand; it changes no result.
    """


SAMPLES = SampleSettings()


@dataclass(frozen=True)
class VariantSettings:
    """Networks of fewer channels, as a search asks for them."""

    kept: int = 64
    """Networks. Whose filters and costs are held for the next candidate, the latest ones.

    Evidence: not measured: chosen by hand; it bounds memory and changes no result.
    """


VARIANTS = VariantSettings()


@dataclass(frozen=True)
class AdviceSettings:
    """When a result is worth a word."""

    smallest_memory: int = 1024
    """Bytes. A smaller `--flash` or `--ram` that is exceeded was meant in kilobytes.

    Evidence: not measured: chosen by hand. The smallest image of any board is larger.
    """
    largest_share: int = 100
    """Bytes. A `--weight-bytes` up to it that is exceeded was meant in per cent.

    Evidence: none needed: a share goes up to 100.
    """
    slow_share: float = 0.05
    """Share. Of a model's multiply-accumulates from which on a layer on slow kernels is named.

    Evidence: not measured: chosen by hand.
    """
    instructions_per_mac: int = 32
    """Instructions. Of one multiply-accumulate at most, for how long an emulated run may take.

    Evidence: docs/kernels.json: packed layers take up to 13.5 on any core. Portable ones were not
    measured: the rest is margin.
    """


ADVICE = AdviceSettings()


@dataclass(frozen=True)
class DetailSettings:
    """How much is kept of where accuracy goes."""

    bins: int = 64
    """Steps. Of a histogram that is written, at most.

    Evidence: none needed: enough to see the shape of a distribution.
    """
    confused: int = 64
    """Classes. A confusion matrix of more is not written.

    Evidence: none needed: of 64 it has 4,096 numbers, and nobody reads one of more.
    """
    flipped: int = 64
    """Samples. Decided otherwise by integers that are listed.

    Evidence: none needed: the total is written, too.
    """
    drawn: int = 12
    """Samples. Of those with values to be drawn.

    Evidence: none needed: with `drawn_values` they take 64 KB at most in the file.
    """
    drawn_values: int = 4096
    """Values. Of a drawn sample at most: a larger one is drawn coarser.

    Evidence: none needed: a picture of 64 by 64 points.
    """
    colours: int = 4
    """Channels. Of a picture at most.

    Evidence: none needed: red, green, blue and opacity.
    """
    traces: int = 64
    """Channels. Of a sample that is drawn as so many lines side by side, at most.

    Evidence: none needed: more are not told apart.
    """


DETAILS = DetailSettings()


@dataclass(frozen=True)
class DebugSettings:
    """What `mcuq debug` looks at and tries."""

    samples: int = 128
    """Samples. Of the evaluation data, spread over it, on which changes are tried.

    Evidence: not measured: chosen by hand.
    """
    observers: tuple[str, ...] = ("minmax", "percentile_99.99", "mse")
    """Names. Of the observers that are tried.

    Evidence: not measured: chosen by hand: one that cuts nothing, one that cuts rare values, one
    that weighs both.
    """
    clipped: float = 0.01
    """Share. Of a layer's values beyond its range, from which on it is named.

    Evidence: not measured: chosen by hand.
    """
    behind_db: float = 12.0
    """Decibels. By which the worst channel is behind the whole, from which on it is named.

    Evidence: not measured: chosen by hand: two bits.
    """
    usual: float = 0.999
    """Share. Of the values that count as usual ones.

    Evidence: not measured: chosen by hand.
    """
    gain_db: float = 3.0
    """Decibels. Of the outputs' signal to noise that a change gains to be recommended.

    Evidence: not measured: chosen by hand: half the noise.
    """
    used: float = 0.25
    """Share. Of the range within which the usual values lie, up to which it is named.

    Evidence: not measured: chosen by hand: two bits.
    """


DEBUG = DebugSettings()


@dataclass(frozen=True)
class EliminationSettings:
    """For which inputs channels are proved idle."""

    room: float = 2.0
    """Factor. Inputs are taken to have so many times the largest magnitude of any sample.

    Evidence: none needed: an input's integers end where calibration data does, but for the
    rounding of a zero point, so that 1.01 would do.
    """


ELIMINATION = EliminationSettings()
