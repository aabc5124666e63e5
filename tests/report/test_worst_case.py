"""What a report says that no input can exceed."""

from __future__ import annotations

from mcuq.report.store import Report
from mcuq.report.worst_case import worst_case
from mcuq.result.manifest import Manifest


def with_functions(report: Report, functions: list[str], **changes: object) -> Manifest:
    """The report's manifest, its layers computed by these functions, 10 instructions each."""
    first = report.manifest.layers[0]
    layers = tuple(
        first.model_copy(update={"function": function, "counts": 10, **changes})
        for function in functions
    )
    target = report.manifest.target.model_copy(update={"core": "cortex-m7"})
    figures = report.manifest.result.model_copy(update={"instructions": 20, "cycles": None})
    return report.manifest.model_copy(
        update={"layers": layers, "target": target, "result": figures}
    )


def test_steady_layers_alone_are_a_worst_case(report: Report) -> None:
    told = worst_case(with_functions(report, ["mcuq_conv_s8", "mcuq_lut_s8"]))
    assert told[0] == "No input takes longer: 20 instructions, whatever the data."
    assert told[1].startswith("No input takes more stack than ")


def test_others_are_named_with_what_does_not_depend_on_them(report: Report) -> None:
    told = worst_case(with_functions(report, ["mcuq_conv_s8", "mcuq_softmax_s8"]))
    assert told[0].startswith("10 of 20 instructions are the same for every input")
    assert told[0].endswith(": 1 (its kernel branches on data).")


def test_a_library_does_not_say(report: Report) -> None:
    told = worst_case(with_functions(report, ["mcuq_lut_s8"], library="cmsis-nn"))
    assert "0 (the library does not say)" in told[0]
