"""Random operators at every width against TFLite Micro, extremes and near ties included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from number_formats import Model
from oracles import tflm_outputs
from recurrent_models import RecurrentModel

from mcuq.interpret.integer import run_integer

OUTPUTS_A_CASE = 4096


def differences(model: Model) -> tuple[int, int]:
    """(outputs compared, outputs that differ) between mcuq's evaluation and TFLite Micro."""
    inputs = model.inputs(OUTPUTS_A_CASE)
    got = run_integer(model.qgraph, inputs)[model.qgraph.outputs[0]]
    expected = tflm_outputs(model.qgraph, inputs)[0].reshape(got.shape)
    return got.size, int(np.count_nonzero(got != expected))


def recurrent_differences(model: RecurrentModel) -> tuple[int, int]:
    """The same of an operator that keeps states: of every step of one sequence."""
    (got,) = run_integer(model.qgraph, model.inputs).values()
    expected = tflm_outputs(model.qgraph, [values[0] for values in model.inputs])[0]
    return got.size, int(np.count_nonzero(got.ravel() != expected.ravel()))


def table(record: Mapping[str, Any]) -> str:
    """A recorded fuzz (scripts/fuzz_operators.py) as a Markdown table."""
    lines = ["| operator and widths | cases | outputs compared | differ |", "|---|--:|--:|--:|"]
    lines += [
        f"| {row['name']} | {row['cases'] - row['refused']:,} | {row['outputs']:,} "
        f"| {row['differing']:,} |"
        for row in record["rows"]
    ]
    return "\n".join(lines)
