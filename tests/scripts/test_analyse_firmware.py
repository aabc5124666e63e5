"""Findings of the analysers are explained in the documentation, each with a reason, or told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import analyse_firmware
from analyse_firmware import PAGE, Finding, Group, compare, explained

PAGE_ROWS = explained(PAGE.read_text(encoding="utf-8"))


def test_every_row_of_the_page_has_a_reason() -> None:
    assert len(PAGE_ROWS) > 10
    assert all(len(reason) > 7 for reason in PAGE_ROWS.values())


def test_what_differs_is_told_both_ways() -> None:
    old, new = Finding("cppcheck", "gone", "a.c"), Finding("cppcheck", "fresh", "b.c")
    assert compare({old}, {old}) == []
    assert compare({new}, {old}) == [
        "not explained: cppcheck fresh in b.c",
        "no longer found: cppcheck gone in a.c",
    ]


@pytest.mark.parametrize(
    ("tool", "text", "rule"),
    [
        (
            "cppcheck",
            "void f(void)\n{\n    char a[4];\n    a[4] = 1;\n}\n",
            "arrayIndexOutOfBounds",
        ),
        (
            "clang-tidy",
            "int f(int n)\n{\n    int *p = 0;\n    return n ? *p : 0;\n}\n",
            "clang-analyzer-core.NullDereference",
        ),
    ],
)
def test_a_fault_is_found(tool: str, text: str, rule: str, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed (apt-get install {tool})")
    (tmp_path / "faulty.c").write_text(text, encoding="utf-8")
    flags = ("-mcpu=cortex-m7", "-mthumb")
    found = analyse_firmware.TOOLS[tool](Group((tmp_path / "faulty.c",), (tmp_path,), flags))
    assert Finding(tool, rule, "faulty.c") in found


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cppcheck") is None, reason="cppcheck is not installed")
def test_cppcheck_finds_what_the_page_says(tmp_path: Path) -> None:
    """clang-tidy takes minutes: scripts/analyse_firmware.py."""
    found = {f for g in analyse_firmware.groups(tmp_path) for f in analyse_firmware.cppcheck(g)}
    assert compare(found, {row for row in PAGE_ROWS if row.tool == "cppcheck"}) == []
