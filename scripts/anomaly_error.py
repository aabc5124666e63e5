"""How far the anomaly score of an autoencoder moves when its filters get fewer bytes.

The score of a window is the mean squared difference between it and what the model makes of it, as
MLPerf Tiny defines it; the error is relative, to the float model's score of the same window. Every
second window of DATA serves calibration and search, the others are measured; with --same all serve
both. With a scale a channel (what a build takes), and with one a filter.

    python scripts/anomaly_error.py MODEL DATA [--weight-bytes 50%] [--evaluations 40] [--same]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.data import load_data
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.storage import as_reals
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scheme import Scheme
from mcuq.pipeline.select import select
from mcuq.progress import silent
from mcuq.quantized import QuantizedGraph
from mcuq.units import Share
from study.command import at_least

Reals = npt.NDArray[np.float32]


def scores(windows: Reals, made: Reals) -> npt.NDArray[np.float64]:
    """Of each window (windows, …)."""
    off = (windows.reshape(len(windows), -1) - made.reshape(len(made), -1)).astype(np.float64)
    found: npt.NDArray[np.float64] = np.square(off).mean(axis=1)
    return found


def relative_errors(
    graph: Graph, qgraph: QuantizedGraph, windows: Reals
) -> npt.NDArray[np.float64]:
    """Of the score of each window, by exact arithmetic."""
    (name,) = graph.outputs
    exact = scores(windows, run_float(graph, [windows])[name])
    stored = run_integer(qgraph, quantize_inputs(qgraph, [windows]))[name]
    found: npt.NDArray[np.float64] = (
        np.abs(scores(windows, as_reals(stored, qgraph.tensors[name])) - exact) / exact
    )
    return found


def row(graph: Graph, request: BuildRequest, windows: Reals) -> str:
    """One configuration as a line of the table."""
    found = select(request, silent, is_build=False).found
    errors = relative_errors(graph, found.qgraph, windows)
    scales = "a channel" if request.scheme.weights_per == "channel" else "a filter"
    size = sum(found.qgraph.tensors[name].nbytes for name in graph.weights)
    return f"| {scales} | {size:,} | {errors.mean():.2%} | {errors.max():.2%} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="float autoencoder")
    parser.add_argument("data", type=Path, help=".npz of windows")
    parser.add_argument("--weight-bytes", default="50%", help="percent of the int8 bytes")
    parser.add_argument("--same", action="store_true", help="measure what was calibrated on")
    parser.add_argument("--evaluations", type=at_least(1), default=40)
    arguments = parser.parse_args()
    graph = load_model(arguments.model)
    windows = load_data(arguments.data, graph).inputs[0]
    print("| scale | weight bytes | mean relative error | largest |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        calibration = Path(folder) / "calibration.npz"
        np.savez(calibration, x=windows if arguments.same else windows[::2])
        measured = windows if arguments.same else windows[1::2]
        for text in arguments.weight_bytes.split(","):
            for per in ("tensor", "channel"):
                request = BuildRequest(
                    model=arguments.model,
                    calibration=calibration,
                    weight_bytes=Share(float(text.removesuffix("%")) / 100),
                    evaluations=arguments.evaluations,
                    scheme=Scheme(weights_per=per),
                    output=Path(folder) / "out",
                )
                print(row(graph, request, measured), flush=True)
                print(f"{text}, {per}: done", file=sys.stderr)


if __name__ == "__main__":
    main()
