"""NAME_check.h: a C function that tells whether a model answers as TFLite Micro does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from mcuq.integrate.built import Built, BuiltModel
from mcuq.integrate.templates import render, write
from mcuq.tflite.excerpt import keeps_state


def write_checks(built: Built, folder: Path) -> None:
    """Write the header that checks it for each model."""
    for model in built.models:
        write(folder / model.names.check_header, check_header(model))


def check_header(model: BuiltModel) -> str:
    """Text of NAME_check.h for the inputs of `mcuq.integrate.built.pattern`."""
    word = model.names.word
    arrays = [
        f"static const int8_t {word}_expected_{index}[{len(values)}] = {{\n"
        f"{_listed(map(int, values))}\n}};"
        for index, values in enumerate(model.expected)
    ]
    fills = [
        f"    {word}_fill_f32({word}_input({index}), {count}u);"
        if dtype.kind == "f"
        else f"    {word}_fill({word}_input({index}), {count * dtype.itemsize}u);"
        for index, (dtype, count) in enumerate(model.inputs)
    ]
    if keeps_state(model.flatbuffer):
        fills.insert(0, f"    {word}_reset();")
    compares = [
        f"    wrong += {word}_count_wrong({word}_output({index}), {word}_expected_{index}, "
        f"{len(values)}u);"
        for index, values in enumerate(model.expected)
    ]
    return render(
        "bare/check.h",
        word=word,
        macro=model.names.macro,
        expected="\n".join(arrays),
        fill_reals=_FILL_REALS.format(word=word)
        if any(dtype.kind == "f" for dtype, _ in model.inputs)
        else "",
        fill="\n".join(fills),
        compare="\n".join(compares),
    )


_FILL_REALS = """
static inline void {word}_fill_f32(int8_t *data, uint32_t count)
{{
    float *values = (float *)(void *)data;
    for (uint32_t i = 0; i < count; i++) {{
        const uint8_t byte = (uint8_t)(i * 37u + 11u);
        values[i] = (float)(byte < 128u ? (int)byte : (int)byte - 256) / 32.0f;
    }}
}}
"""


def _listed(values: Iterable[int]) -> str:
    text = ", ".join(map(str, values)) + ","
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
