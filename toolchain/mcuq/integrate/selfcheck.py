"""NAME_check.h: a C function that tells whether a model answers as TFLite Micro does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mcuq.bundle.samples import StoredInput
from mcuq.integrate.built import LIMITLESS, Built, BuiltModel
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
        f"    {word}_{_fill(f'{word}_input({index})', stored)}"
        for index, stored in enumerate(model.inputs)
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
        oracle=model.answered_by,
        expected="\n".join(arrays),
        fill_others="".join(
            text.format(word=word)
            for function, text in _OTHERS.items()
            if any(function in fill for fill in fills)
        ),
        fill="\n".join(fills),
        compare="\n".join(compares),
    )


def _fill(target: str, stored: StoredInput) -> str:
    """The call that writes `mcuq.integrate.built.pattern`."""
    dtype, count = stored.dtype, stored.count
    if dtype.kind == "f":
        return f"fill_f32({target}, {count}u);"
    if dtype in (np.int8, np.int16):
        return f"fill({target}, {count * dtype.itemsize}u);"
    limit = stored.least_limit or LIMITLESS
    return f"fill_whole({target}, {count}u, {dtype.itemsize}u, {limit}u);"


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
_FILL_WHOLE = """
/* Integers of some bytes each, the least first. */
static inline void {word}_fill_whole(
    int8_t *data, uint32_t count, uint32_t bytes, uint32_t limit)
{{
    for (uint32_t i = 0; i < count * bytes; i++) {{
        const uint8_t value = (uint8_t)(i / bytes * 37u + 11u);
        ((uint8_t *)data)[i] = (uint8_t)(i % bytes == 0 ? value % limit : 0u);
    }}
}}
"""
_OTHERS = {"_fill_f32(": _FILL_REALS, "_fill_whole(": _FILL_WHOLE}
"""Functions that most models do not need."""


def _listed(values: Iterable[int]) -> str:
    text = ", ".join(map(str, values)) + ","
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
