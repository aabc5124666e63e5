"""What a user asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mcuq.quantize import WeightChoice
from mcuq.units import Size

Optimize = Literal["speed", "size"]


@dataclass(frozen=True)
class BuildRequest:
    """Attributes:
    model: float model file.
    board: name in the registry.
    calibration: samples that activation ranges come from.
    search_data: samples the search compares on; None takes the calibration samples.
    evaluation: samples the figures come from; None takes the search samples.
    metric: top1, mse, auc, agreement or module:function; None takes top1 where the evaluation
        data has labels, else agreement.
    metric_folder: where `module` is looked for first.
    flash, ram: bytes; None takes the whole board.
    weight_bytes: bytes of all filters, or a share of what int8 filters take.
    method: a search method, see `mcuq.search.METHODS`.
    fixed: with a choice, no search: every filter takes it.
    evaluations: candidates the search may score; None lets mcuq choose.
    seed: of everything random.
    workers: processes that score candidates; results do not depend on it.
    optimize: compiler level and kernel choice.
    port: serial port of a real board; None runs the emulated one.
    device_samples: evaluation samples compared byte by byte on the device.
    output: directory to write; replaced as a whole, and only when everything succeeded.
    """

    model: Path
    board: str
    calibration: Path
    output: Path
    search_data: Path | None = None
    evaluation: Path | None = None
    metric: str | None = None
    metric_folder: Path | None = None
    flash: int | None = None
    ram: int | None = None
    weight_bytes: Size | None = None
    method: str = "ga"
    fixed: WeightChoice | None = None
    evaluations: int | None = None
    seed: int = 0
    workers: int = 1
    optimize: Optimize = "speed"
    port: str | None = None
    device_samples: int = 32
