"""The operators' page: what it says of the runtime is of this runtime, and nothing is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import pytest
from number_formats import Form, forms, quantized
from operator_cases import cases, seeded_cases

import operator_reference
import probe_runtime
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_tflite, tflite
from mcuq.importers.tflite.fold import FOLDABLE
from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.space_to_batch import ENTER, LEAVE
from mcuq.ops.catalog import OPERATORS
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.operators.catalog import RULES
from mcuq.tflite.wheel import oracle_version
from operator_reference import becomes, operators_page, stated

RUNTIME: Mapping[str, Sequence[str]] = json.loads(operator_reference.RECORD.read_text())["builtin"]
AGAIN = "run: python scripts/probe_runtime.py"
PAGE = operators_page("")
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.splitlines()
    if re.fullmatch(r"\| [A-Z0-9_]+ \|.*", line)
    and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 6
}


@pytest.mark.parametrize("form", forms((8,)), ids=lambda form: form.name)
def test_the_runtime_has_what_mcuq_writes(form: Form) -> None:
    """Operators of other names may stand for it; what is alone under its own runs on its type."""
    for case in seeded_cases(cases(form.operator), 0, 1):
        try:
            content = tflite_bytes(quantized(case, form))
        except InputError:  # a range that the operator cannot take
            continue
        model = read_model(content)
        assert {op.kind for op in model.ops} <= {*RUNTIME}, AGAIN
        read = {model.tensors[index].dtype for index in model.inputs}
        alone = [op.kind for op in model.ops] == [form.kind]
        if alone and RUNTIME[form.kind] and read != {"float32"}:
            assert read & {*RUNTIME[form.kind]}, AGAIN


def test_the_page_has_every_operator() -> None:
    assert {*ROWS} >= {*RUNTIME, *RULES, *FOLDABLE, *(one.name for one in OPERATORS)}
    assert all(ROWS[name][0] for name in ROWS)


def test_the_count_is_that_of_the_rows() -> None:
    text = re.search(
        r"builds \*\*(\d+) of (\d+)\*\*.*?(\d+) more are.*?refused by name: (\d+)", PAGE, re.DOTALL
    )
    assert text is not None
    built, offered, folds, refused = map(int, text.groups())
    fates = [ROWS[name][0] for name in RUNTIME]
    assert offered == len(fates) == built + folds + refused
    assert refused == sum(fate.split(";")[0] == "no" for fate in fates)
    assert folds == fates.count("folds on constants")


def test_what_is_rewritten_says_so() -> None:
    found = stated(tflite, "BECOMES")
    assert found
    assert all(text in becomes(name) for name, text in found.items())


def test_what_is_not_taken_as_it_is_says_so() -> None:
    """The refusals themselves: test_float_islands, test_tflite_products_as_given, _movement."""
    reasons = stated(tflite, "NOT_AS_IS")
    assert {"ADD_N", "CUMSUM", "DIV", "SPACE_TO_BATCH_ND"} <= {*reasons}
    section = PAGE.split("## Refused in a file that is taken as it is")[1].split("## ")[0]
    assert all(name in section and why in section for name, why in reasons.items())


@pytest.mark.parametrize("name", sorted(RUNTIME))
def test_the_importer_refuses_what_the_page_does_and_nothing_else(name: str) -> None:
    """One operator in a file, as some trial has it: refused by name, or for another reason."""
    # What ends a region of the file is read behind what begins it.
    kinds = [ENTER, LEAVE] if name == LEAVE else [name]
    tensors = [TensorSpec(f"t{i}", (1, 2, 2, 4), "float32") for i in range(len(kinds) + 1)]
    ops = [OperatorSpec(kind, (i,), (i + 1,), version=1) for i, kind in enumerate(kinds)]
    content = build_model(tensors, ops, [0], [len(kinds)])
    refusal = ""
    try:
        load_tflite(content)
    except InputError as error:
        refusal = str(error)
    is_refused = f"{name} is not supported" in refusal
    assert is_refused == (becomes(name) == "no"), refusal


def test_what_the_wheel_offers_is_found_by_asking_it() -> None:
    assert probe_runtime.offered("ADD")
    assert not probe_runtime.offered("UNIQUE")
    assert probe_runtime.types_run("SQUARE") == RUNTIME["SQUARE"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["LESS", "GREATER", "EQUAL"])
def test_the_type_that_runs_is_the_first_operand_s(name: str) -> None:
    """A comparison of an int32 index with int16 says nothing of int16: GREATER alone has that."""
    found = probe_runtime.types_run(name)
    assert found == RUNTIME[name]
    assert ("int16" in found) == (name == "GREATER")
    assert ("bool" in found) == (name == "EQUAL")


@pytest.mark.slow
def test_the_record_is_of_this_wheel() -> None:
    record = json.loads(operator_reference.RECORD.read_text())
    if record["tflite_micro"] != oracle_version():
        pytest.skip(f"the record is of tflite_micro {record['tflite_micro']}")
    asked = {name for name in probe_runtime.BUILTIN.values() if probe_runtime.offered(name)}
    assert asked == {*RUNTIME}
    assert probe_runtime.custom_operators() == record["custom"]
