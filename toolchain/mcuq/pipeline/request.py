"""What a user asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from mcuq.lower.options import Kernels
from mcuq.quantize import Config, WeightChoice, with_float_io
from mcuq.quantize.config import ActivationScheme, Per
from mcuq.quantized import QuantizedGraph
from mcuq.units import Size

Optimize = Literal["speed", "size"]
Io = Literal["int8", "float32"]


CHOICES: Mapping[str, tuple[object, ...]] = {
    "activations": get_args(ActivationScheme),
    "weights_per": get_args(Per),
    "io": get_args(Io),
    "activation_bits": (8, 16),
}
"""Values of the fields of `Scheme` that have a few."""


@dataclass(frozen=True)
class Scheme:
    """How numbers become integers, as far as no search decides it.

    Attributes:
        activations: ranges as they are, or widened to [-a, a].
        weights_per: a scale an output channel, or one a filter.
        observer: of every activation, where no search chooses one.
        io: type of the inputs and outputs; float32 puts the conversions into the model.
        wide: activations that are int16 in a model of int8 activations.
        bits: widths of filters that a search chooses from, 8 first (see `mcuq.numeric.WIDTHS`).
        activation_bits: 8, or 16 throughout (16x8); inputs and outputs are int16 then, or float32.
    """

    activations: ActivationScheme = "asymmetric"
    weights_per: Per = "channel"
    observer: str = "minmax"
    io: Io = "int8"
    activation_bits: int = 8
    wide: tuple[str, ...] = ()
    bits: tuple[int, ...] = (8, 4)

    @property
    def config(self) -> Config:
        """The configuration that a search starts from."""
        return Config(
            default_weight=WeightChoice(per=self.weights_per),
            default_observer=self.observer,
            activations=self.activations,
            activation_bits=self.activation_bits,
            wide=self.wide,
        )

    def deployed(self, qgraph: QuantizedGraph) -> QuantizedGraph:
        """What is emitted for a model of integers: with its float edges where they are asked."""
        return with_float_io(qgraph) if self.io == "float32" else qgraph


@dataclass(frozen=True)
class BuildRequest:
    """Attributes:
    model: float model file.
    board: name in the registry.
    calibration: samples that activation ranges come from; None only with `as_is`, which needs none.
    search_data: samples the search compares on; None takes the calibration samples.
    evaluation: samples the figures come from; None takes the search samples.
    metric: top1, mse, r2, auc, agreement or module:function; None takes what suits the outputs and
        labels, see `mcuq.score.choice`.
    metric_folder: where `module` is looked for first.
    metric_output: name or number of the one output that is judged; None judges all.
    flash, ram: bytes; None takes the whole board.
    weight_bytes: bytes of all filters, or a share of what int8 filters take.
    method: a search method, see `mcuq.search.METHODS`.
    fixed: with a choice, no search: every filter takes it.
    config: file that prescribes every tensor's choice, without a search; see `config_overrides`.
    as_is: an int8 TFLite model is built with its own integers, without a search.
    scheme: of the integers.
    ranges: file that `mcuq calibrate` wrote; None takes the ranges that the model's file stores
        and observes the calibration samples for all others.
    evaluations: candidates the search may score; None lets mcuq choose.
    seconds: time limit of the search; results then depend on the machine.
    patience: generations without a better candidate after which the search ends.
    seed: of everything random.
    workers: processes that score candidates; results do not depend on it.
    optimize: compiler level and kernel choice.
    kernels: whose kernels the firmware links.
    cmsis_nn: directory of a library with CMSIS-NN's interface, for kernels "cmsis-nn".
    port: serial port of a real board; None runs the emulated one.
    device_samples: evaluation samples compared byte by byte on the device.
    farm: hil.toml whose places measure the front's candidates; None predicts only.
    farm_samples: search samples that those are judged on there; 0 measures counts only.
    keep_outliers: ranges are taken from all calibration samples, even from one that reaches many
        times farther than all others.
    strict: what is suspicious about model, data or result is an error, not a warning.
    output: directory to write; replaced as a whole, and only when everything succeeded.
    """

    model: Path
    board: str
    calibration: Path | None = field(default=None, kw_only=True)
    output: Path
    search_data: Path | None = None
    evaluation: Path | None = None
    metric: str | None = None
    metric_folder: Path | None = None
    metric_output: str | None = None
    flash: int | None = None
    ram: int | None = None
    weight_bytes: Size | None = None
    method: str = "ga"
    fixed: WeightChoice | None = None
    config: Path | None = None
    evaluations: int | None = None
    seconds: float | None = None
    patience: int = 12
    seed: int = 0
    workers: int = 1
    optimize: Optimize = "speed"
    kernels: Kernels = "mcuq"
    cmsis_nn: Path | None = None
    port: str | None = None
    device_samples: int = 32
    as_is: bool = False
    farm: Path | None = None
    farm_samples: int = 0
    scheme: Scheme = Scheme()
    ranges: Path | None = None
    keep_outliers: bool = False
    strict: bool = False
