"""The recorded run: of known targets, without a fault, within the limits."""

from __future__ import annotations

import json
from pathlib import Path

from mcuq_fuzz.device import SIDES
from mcuq_fuzz.outcome import MOST_BYTES, MOST_SECONDS
from mcuq_fuzz.targets import TARGETS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_no_input_ended_otherwise_than_it_should() -> None:
    rows = json.loads((DOCS / "fuzzing.json").read_text())["rows"]
    assert {row["target"] for row in rows} <= {*TARGETS, *SIDES}
    for row in rows:
        assert row["executions"] > 0
        assert row["faults"] == {}, row["target"]
        assert row["slowest_s"] <= MOST_SECONDS
        assert row["peak_mb"] << 20 <= MOST_BYTES


def test_no_accepted_file_differs_from_tflite_micro() -> None:
    record = json.loads((DOCS / "fuzzing_differential.json").read_text())
    assert record["differing"] == 0
    assert 0 < record["compared"] <= record["accepted"] <= record["mutants"]
