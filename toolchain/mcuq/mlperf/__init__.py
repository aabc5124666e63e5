"""MLPerf Tiny: its benchmarks, the firmware that its runner measures, and its data."""

from mcuq.mlperf.benchmarks import BENCHMARKS, Benchmark
from mcuq.mlperf.image import build_mlperf
from mcuq.mlperf.publish import MLPERF_IMAGE, publish_image

__all__ = ["BENCHMARKS", "MLPERF_IMAGE", "Benchmark", "build_mlperf", "publish_image"]
