"""What `mcuq debug` tells, and its document."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.document import Document
from mcuq.pipeline.settings import DEBUG
from mcuq.result.accuracy import LayerErrorFigures
from mcuq.result.configuration import StoredHistogram


@dataclass(frozen=True)
class TriedChange:
    """A change that was tried.

    Attributes:
        change: the option of `mcuq build` that makes it, or what config.json has to say.
        snr_db: signal to noise of the model's outputs with it, decibels.
        value: the metric with it.
        is_local: whether it changes the suspect alone.
    """

    change: str
    snr_db: float
    value: float
    is_local: bool


@dataclass(frozen=True)
class Suspect:
    """The layer that is looked at closely.

    Attributes:
        index: its place in `Debugged.layers`.
        goes_wrong: whether its own signal to noise is below what a layer in integers has.
        low: least real value that its output's integers reach.
        high: largest.
        histogram: of its output on calibration data.
        reasons: what is odd about it, the likeliest first.
    """

    index: int
    goes_wrong: bool
    low: float
    high: float
    histogram: StoredHistogram
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Debugged:
    """A model in integers beside itself in float.

    Attributes:
        metric: its name.
        samples: evaluation samples that it is taken on.
        float_model: of the float model.
        quantized: of the integers.
        snr_db: signal to noise of the model's outputs, decibels.
        layers: in execution order.
        numbers: of each among the layers of a build's results; null where it computes nothing, as a
            RESHAPE does.
        suspect: the first layer that goes wrong, or the one that adds most noise.
        trials: by the signal to noise of the outputs, the best first: few samples tell more of that
            than of a share of right answers.
    """

    metric: str
    samples: int
    float_model: float
    quantized: float
    snr_db: float
    layers: tuple[LayerErrorFigures, ...]
    numbers: tuple[int | None, ...]
    suspect: Suspect
    trials: tuple[TriedChange, ...]

    def helpful(self, *, local: bool = False) -> TriedChange | None:
        """What is worth a word: the best change, or the best of the suspect alone, where there is
        something to mend and it gains."""
        if not self.suspect.goes_wrong:
            return None
        gained = (one for one in self.trials if one.snr_db >= self.snr_db + DEBUG.gain_db)
        return next((one for one in gained if one.is_local or not local), None)


DEBUGGED = Document(
    "debug", Debugged, "which layer loses accuracy, why, and what helps", "`mcuq debug --json`"
)
