"""A filled template is byte for byte the file that would be built anew."""

from __future__ import annotations

import numpy as np
import pytest
from operator_cases import FixedRanges, least_case

from mcuq.calibrate import OBSERVERS, Ranges, calibrate
from mcuq.emit.tflite import TemplateSerializer, tflite_bytes
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir
from mcuq.score.batch import with_batch
from mcuq.tflite.operators.catalog import FORMS

FOLDER = example_dir("digits")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_model(FOLDER / "digits_float32.tflite")


@pytest.fixture(scope="module")
def ranges(graph: Graph) -> Ranges:
    samples = np.load(FOLDER / "calibration.npz")["x"][:32].astype(np.float32)
    return calibrate(graph, [samples], OBSERVERS)


def test_filled_equals_built(graph: Graph, ranges: Ranges) -> None:
    serialize = TemplateSerializer()
    for batch in (1, 8):
        for bits, observer in ((8, "minmax"), (4, "minmax"), (4, "mse"), (8, "percentile_99.99")):
            config = Config(default_weight=WeightChoice(bits), default_observer=observer)
            qgraph = with_batch(quantize(graph, ranges, config), batch)
            assert serialize(qgraph) == tflite_bytes(qgraph, packed_int4=False)


def test_a_mix_of_widths_fills_the_same_template(graph: Graph, ranges: Ranges) -> None:
    serialize = TemplateSerializer()
    narrow = graph.weights[::2]
    configs = [Config(), Config(weights=dict.fromkeys(narrow, WeightChoice(4)))]
    first, second = (quantize(graph, ranges, config) for config in configs)
    assert serialize(first) != serialize(second)
    assert serialize(first) == tflite_bytes(first, packed_int4=False)
    assert serialize(second) == tflite_bytes(second, packed_int4=False)


@pytest.mark.parametrize("kind", [o for o in OPERATORS if FORMS[o].stored_links], ids=str)
def test_a_chain_is_filled(kind: AnyOperator) -> None:
    """Tables and bounds are numbers of the template, too."""
    case, serialize = least_case(kind), TemplateSerializer()
    for span in ((-1.0, 1.0), (-2.0, 3.0), (0.0, 5.0)):
        for batch in (1, 8):
            qgraph = with_batch(quantize(case.graph, FixedRanges({}, span)), batch)
            assert serialize(qgraph) == tflite_bytes(qgraph, packed_int4=False)
