"""model_check.h: a C function that tells whether the model answers as TFLite Micro does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from mcuq.integrate.built import Built
from mcuq.integrate.templates import render


def check_header(built: Built) -> str:
    """Text of model_check.h for the inputs of `built.pattern`."""
    arrays = [
        f"static const int8_t model_expected_{index}[{len(values)}] = {{\n"
        f"{_listed(map(int, values))}\n}};"
        for index, values in enumerate(built.expected)
    ]
    fills = [
        f"    model_fill(model_input({index}), {size}u);"
        for index, size in enumerate(built.input_bytes)
    ]
    compares = [
        f"    wrong += model_count_wrong(model_output({index}), model_expected_{index}, "
        f"{len(values)}u);"
        for index, values in enumerate(built.expected)
    ]
    return render(
        "bare/model_check.h",
        expected="\n".join(arrays),
        fill="\n".join(fills),
        compare="\n".join(compares),
    )


def _listed(values: Iterable[int]) -> str:
    text = ", ".join(map(str, values)) + ","
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
