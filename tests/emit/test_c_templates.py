"""Kernels that are made from templates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcuq.emit.c.kernels import kernel_sources, kernel_texts, write_kernels
from mcuq.emit.c.template import expand
from mcuq.resources import firmware_dir

TEMPLATE = """\
/*
file    | value   | saturates
sum_s8  | int8_t  | yes
sum_s16 | int16_t |
*/
/* Sums. */
@{value} @{file}(@{value} a);
@if saturates
@{value} saturated_@{file}(void);
@end

/*
file
difference
*/
/* A difference. */
"""


def test_a_template_gives_a_file_a_row() -> None:
    assert expand(TEMPLATE) == {
        "sum_s8.c": "/* Sums. */\nint8_t sum_s8(int8_t a);\nint8_t saturated_sum_s8(void);\n",
        "sum_s16.c": "/* Sums. */\nint16_t sum_s16(int16_t a);\n",
        "difference.c": "/* A difference. */\n",
    }


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (TEMPLATE.removeprefix("/*\n"), ValueError),
        (TEMPLATE.replace("int8_t  | yes", "int8_t"), ValueError),
        (TEMPLATE.replace("sum_s16", "sum_s8"), ValueError),
        (TEMPLATE.replace("@{value} a", "@{values} a"), KeyError),
        (TEMPLATE.replace("@if saturates", "@if saturated"), KeyError),
        (TEMPLATE.replace("@end\n", ""), KeyError),
    ],
    ids=[
        "no table",
        "a cell short",
        "a name twice",
        "unknown column",
        "unknown condition",
        "no end",
    ],
)
def test_a_wrong_template_is_refused(wrong: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        expand(wrong)


def test_no_kernel_is_made_twice() -> None:
    folder = firmware_dir() / "kernels"
    made = [path.name for path in folder.glob("*.c")]
    for path in folder.glob("*.c.in"):
        made += expand(path.read_text(encoding="utf-8"))
    assert sorted(made) == list(kernel_texts(firmware_dir()))


def test_every_source_defines_the_function_it_is_named_after() -> None:
    for name, text in kernel_texts(firmware_dir()).items():
        if name != "mcuq_overlap.c":
            assert re.search(rf"\b{name.removesuffix('.c')}\([^;{{]*\)\n{{\n", text), name


def test_sources_are_written_as_they_are_named(tmp_path: Path) -> None:
    names = kernel_sources(firmware_dir(), ["mcuq_pad_s16"])
    assert names == ("mcuq_copy_s16.c", "mcuq_pad_s16.c")
    assert [path.name for path in write_kernels(firmware_dir(), tmp_path, names)] == list(names)
    assert {path.name for path in tmp_path.iterdir()} == set(names)
