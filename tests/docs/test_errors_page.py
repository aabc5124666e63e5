"""docs/reference/errors.md tells of every exit code and of every type of error."""

from __future__ import annotations

from typing import Any

import pytest
from documents import DOCS

from error_reference import EXIT_CODES, error_types, exit_code, summary
from mcuq import errors
from mcuq.cli.failure import describe
from mcuq.cli.stopping import INTERRUPTED
from mcuq_hil import errors as bench_errors

TYPES = [*error_types(errors), *error_types(bench_errors)]
ARGUMENTS: dict[str, Any] = {"registers": {}}
"""Of faults, which cannot be made without."""


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_a_type_ends_a_command_with_its_exit_code(kind: type[Exception]) -> None:
    fault = issubclass(kind, bench_errors.DeviceFaultError)
    error = kind("cause", "hint", **(ARGUMENTS if fault else {}))
    assert describe(error).exit_code == exit_code(kind)
    assert exit_code(kind) in EXIT_CODES
    assert summary(kind)


def test_codes_without_a_type_are_told() -> None:
    rest = {0, describe(ZeroDivisionError()).exit_code, INTERRUPTED, 128 + 15}
    assert set(EXIT_CODES) == rest | {exit_code(kind) for kind in TYPES}


def test_the_command_line_s_reference_links_to_it() -> None:
    assert "(errors.md)" in (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
