"""Each kind of test draws every operator that has its form, with all of its attributes."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kinds_of_tests import KINDS
from operator_cases import cases, seeded_cases

from mcuq.ops.catalog import OPERATORS
from mcuq.ops.operator import AnyOperator

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def collected() -> dict[str, set[str]]:
    """The ids of the parameters that pytest found, by test."""
    wanted = [str(TESTS / kind.test) for kind in KINDS.values()]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, *wanted], capture_output=True, text=True, cwd=TESTS.parent, check=True
    )
    found: dict[str, set[str]] = {}
    for test, parameters in re.findall(r"^tests/(\S+?)\[(.+)\]$", run.stdout, re.MULTILINE):
        found.setdefault(test, set()).add(parameters.split()[0])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_operator_is_drawn_or_says_why_not(kind: str, collected: dict[str, set[str]]) -> None:
    test = KINDS[kind]
    reasons = {operator.name: test.left_out(operator) for operator in OPERATORS}
    assert collected[test.test] == {name for name, why in reasons.items() if why is None}
    assert all(why.reason for why in reasons.values() if why is not None)


@pytest.mark.parametrize("operator", [one for one in OPERATORS if not one.kept])
def test_every_attribute_is_drawn(operator: AnyOperator) -> None:
    """Each field of the attributes takes several values."""
    drawn = [case.attrs for case in seeded_cases(cases(operator), 1, 80)]
    for field in dataclasses.fields(operator.attrs):
        if (operator.name, field.name) != ("RESHAPE", "squeeze_dims"):
            assert len({getattr(attrs, field.name) for attrs in drawn}) > 1, field.name
