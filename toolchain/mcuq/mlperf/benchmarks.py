"""The five benchmarks of MLPerf Tiny: how their bytes are read, and how they are run.

Sources: github.com/mlcommons/tiny, v1.3: benchmark/evaluation/datasets/README.md says what the
bytes of an input are; the scales are those of the int8 reference models in benchmark/training;
how often inferences are timed is in benchmark/runner/tests_performance.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

Sent = Literal["u8", "s8", "f32"]

_DTYPES: Mapping[Sent, type[np.generic]] = MappingProxyType(
    {"u8": np.uint8, "s8": np.int8, "f32": np.float32}
)


@dataclass(frozen=True)
class Benchmark:
    """One of them.

    Attributes:
        name: short, as on the command line.
        title: in words.
        model: what the device tells, and how its folder of data is called.
        values: of one input.
        sent: type of each value on the line.
        scale, zero_point: real value = scale × (byte - zero_point); of "f32" the value itself.
        outputs: values of one output.
        reconstructs: the result is the mean squared difference of output and input.
        inferences, warmups: in one window of the official performance script.
        windows: of it.
        listens: sound is sent to it, too; features of that are its values.
    """

    name: str
    title: str
    model: str
    values: int
    sent: Sent
    outputs: int
    scale: float = 1.0
    zero_point: int = 0
    reconstructs: bool = False
    inferences: int = 20
    warmups: int = 5
    windows: int = 5
    listens: bool = False

    @property
    def input_bytes(self) -> int:
        """Of one input on the line."""
        return self.values * np.dtype(_DTYPES[self.sent]).itemsize

    def encode(self, values: npt.NDArray[np.float32]) -> bytes:
        """One input's real values as the line has them: the nearest, little-endian.

        Args:
            values: float32 or uint8 of any shape, `self.values` of them.
        """
        flat = np.asarray(values, np.float64).reshape(-1)
        kind = np.dtype(_DTYPES[self.sent])
        if self.sent == "f32":
            return bytes(flat.astype(kind.newbyteorder("<")).tobytes())
        limits = np.iinfo(kind)
        steps = np.rint(flat / self.scale) + self.zero_point
        return bytes(np.clip(steps, limits.min, limits.max).astype(kind).tobytes())


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        each.name: each
        for each in (
            Benchmark("ic", "image classification", "ic01", 32 * 32 * 3, "u8", 10),
            Benchmark(
                "kws",
                "keyword spotting",
                "kws01",
                49 * 10,
                "s8",
                12,
                scale=0.5847029089927673,
                zero_point=83,
                inferences=70,
                warmups=10,
            ),
            Benchmark("vww", "visual wake words", "vww01", 96 * 96 * 3, "u8", 2, scale=1 / 255),
            Benchmark(
                "ad",
                "anomaly detection",
                "ad01",
                5 * 128,
                "f32",
                5 * 128,
                reconstructs=True,
                inferences=1500,
                warmups=10,
            ),
            Benchmark(
                "sww",
                "streaming wake word",
                "sww01",
                30 * 40,
                "s8",
                3,
                scale=0.003701042616739869,
                zero_point=-128,
                listens=True,
            ),
        )
    }
)
"""By name. The official script streams sound to "sww" and times no windows of it; ours does."""
