"""model_check.h: a C function that tells whether the model answers as TFLite Micro does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from mcuq.integrate.built import Built
from mcuq.integrate.templates import render
from mcuq.tflite.excerpt import keeps_state


def check_header(built: Built) -> str:
    """Text of model_check.h for the inputs of `built.pattern`."""
    arrays = [
        f"static const int8_t model_expected_{index}[{len(values)}] = {{\n"
        f"{_listed(map(int, values))}\n}};"
        for index, values in enumerate(built.expected)
    ]
    fills = [
        f"    model_fill_f32(model_input({index}), {count}u);"
        if dtype.kind == "f"
        else f"    model_fill(model_input({index}), {count * dtype.itemsize}u);"
        for index, (dtype, count) in enumerate(built.inputs)
    ]
    if keeps_state(built.flatbuffer):
        fills.insert(0, "    model_reset();")
    compares = [
        f"    wrong += model_count_wrong(model_output({index}), model_expected_{index}, "
        f"{len(values)}u);"
        for index, values in enumerate(built.expected)
    ]
    return render(
        "bare/model_check.h",
        expected="\n".join(arrays),
        fill_reals=_FILL_REALS if any(dtype.kind == "f" for dtype, _ in built.inputs) else "",
        fill="\n".join(fills),
        compare="\n".join(compares),
    )


_FILL_REALS = """
static inline void model_fill_f32(int8_t *data, uint32_t count)
{
    float *values = (float *)(void *)data;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t byte = (uint8_t)(i * 37u + 11u);
        values[i] = (float)(byte < 128u ? (int)byte : (int)byte - 256) / 32.0f;
    }
}
"""


def _listed(values: Iterable[int]) -> str:
    text = ", ".join(map(str, values)) + ","
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
