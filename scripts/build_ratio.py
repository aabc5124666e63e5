"""How long a default build of the digits example takes, as a ratio to one full evaluation.

One full evaluation is every evaluation sample through TensorFlow Lite Micro, the slowest of the
ways in which a build judges a model. Both are timed in turns in one run; quote the ratio, not the
seconds.

usage: python scripts/build_ratio.py [--rounds N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mcuq.data import load_data
from mcuq.examples import copy_example
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.micro import run_micro


def build_seconds(folder: Path) -> float:
    """A build of the example in `folder` with nothing cached."""
    copy_example("digits", folder)
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    start = time.perf_counter()
    command = [sys.executable, "-m", "mcuq.cli.main", "build", "--board", "stm32f746"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def evaluation_seconds(folder: Path) -> float:
    """All evaluation samples of the built model in TensorFlow Lite Micro."""
    content = (folder / "out" / "model.tflite").read_bytes()
    graph = load_model(folder / "digits_float32.tflite")
    data = load_data(folder / "evaluation.npz", graph)
    inputs = quantize_inputs(load_quantized(content), data.inputs)
    start = time.perf_counter()
    run_micro(content, inputs)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    ratios = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "digits"
            built = build_seconds(folder)
            evaluated = evaluation_seconds(folder)
        ratios.append(built / evaluated)
        print(f"build {built:.1f} s, one evaluation {evaluated:.3f} s, ratio {ratios[-1]:.0f}")
    print(f"median ratio {statistics.median(ratios):.0f}")


if __name__ == "__main__":
    main()
