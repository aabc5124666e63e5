"""The reference page of all operators: made of their records, forms and constraints.

What the TensorFlow Lite Micro wheel offers stands in docs/runtime_operators.json, which
scripts/probe_runtime.py writes.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from mcuq.importers import tflite as tflite_importer
from mcuq.importers.buildable import few_dimensions, few_elements, near_windows, short_axes
from mcuq.importers.constraints import said_by
from mcuq.importers.operators import nearest
from mcuq.importers.tflite.fold import FOLDABLE
from mcuq.importers.tflite.general import (
    INPUT_CONSTRAINTS,
    OP_CONSTRAINTS,
    known_operands,
    own_rule,
)
from mcuq.numeric.widths import WIDTHS, width
from mcuq.ops.catalog import OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.tflite.operators.catalog import CONVERSIONS, FORMS, RULES
from mcuq.tflite.operators.form import Rule

RECORD = Path(__file__).resolve().parents[1] / "docs" / "runtime_operators.json"
_BY_NAME = {operator.name: operator for operator in OPERATORS}
_ITSELF, _FOLDS, _NO = "itself", "folds on constants", "no"
_GENERAL: tuple[Callable[..., object], ...] = (
    *INPUT_CONSTRAINTS,
    *OP_CONSTRAINTS,
    known_operands,
    own_rule,
    few_dimensions,
    few_elements,
    short_axes,
    near_windows,
)


def operators_page(note: str) -> str:
    """The page; `note` says where it comes from."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    runtime: Mapping[str, Sequence[str]] = record["builtin"]
    fate = {name: becomes(name) for name in sorted({*runtime, *RULES, *_BY_NAME, *FOLDABLE})}
    offered = [fate[name] for name in runtime]
    folds, missing = offered.count(_FOLDS), offered.count(_NO)
    built = len(offered) - folds - missing
    lines = [
        f"{note}\n# Operators\n",
        f"mcuq builds **{built} of {len(runtime)}** builtin operators that the resolver of "
        f"TensorFlow Lite Micro has (`tflite_micro` {record['tflite_micro']}); {folds} more are "
        f"computed while the model is read; refused by name: {missing}. {_INTRO}\n",
        f"Of its {len(record['custom'])} custom operators "
        f"({_listed(f'`{name}`' for name in record['custom'])}) mcuq builds "
        f"{sum(becomes(name) != _NO for name in record['custom']) or 'none'}.\n",
        *_table(
            ("operator", "in mcuq", "int8", "int16", "float32", "runs in the wheel on"),
            (_operator(name, fate[name], runtime.get(name)) for name in fate),
        ),
        "\n## Forms that lack\n",
        *_table(("operator", "form", "why"), sorted(_lacking())),
        "\n## Refused in a file that is taken as it is\n",
        _AS_IS,
        *_table(("operator", "why"), _not_as_is()),
        "\n## Weights\n",
        _WEIGHTS.format(operators=_listed(one.name for one in WEIGHTED_OPERATORS)),
        *_table(("width", "values", "weights a byte", "in a flatbuffer beside"), _widths()),
        "\n## Scales\n",
        _SCALES,
        *_table(("operator", "bound"), _guards()),
        "\n## Limits in a TFLite file\n",
        "Of every operator, whatever its kind:\n",
        *_table(("rule", "otherwise"), (said_by(one) for one in _GENERAL)),
        "\nOf some:\n",
        *_rules({name: rule.constraints for name, rule in RULES.items()}),
    ]
    return "\n".join(lines)


_INTRO = """\
`mcuq inspect` says of a file which it lacks, what that costs and where to cut. The last column was
found by trying models of one operator; an operator that needs others around it (a variable, a loop)
and one that no trial made run has none there. "As itself" means a record of its own, with kernels;
"folds" that its result is a constant."""
_AS_IS = """\
`--as-is` promises the bytes of TensorFlow Lite Micro on the given file. Of these operators on
integers there are none, or they are not defined, or far from what the file says. Quantized anew,
with calibration data, all are built.
"""
_WEIGHTS = "Widths of the filters of {operators}:\n"
_SCALES = "What the integers need of the scales; a calibrated range is widened to it.\n"


def onnx_page(note: str) -> str:
    """The page of ONNX's operators; needs the onnx package."""
    from mcuq.importers import onnx as onnx_importer
    from mcuq.importers.onnx.convert import enough_inputs, finite_constants
    from mcuq.importers.onnx.inputs import INPUT_CONSTRAINTS as ONNX_INPUTS
    from mcuq.importers.onnx.rules import RULES as ONNX_RULES

    lines = [
        f"{note}\n# ONNX operators\n",
        f"{len(ONNX_RULES)} operators of ONNX become [operators of mcuq](operators.md); any other "
        "one is computed while the model is read where it works on constants and shapes.\n",
        f"{_listed(sorted(ONNX_RULES))}.\n",
        "These are written as others before they are read:\n",
        *_table(("operator", "becomes"), sorted(stated(onnx_importer, "BECOMES").items())),
        "",
        "## Limits\n",
        "Of every node, whatever its kind, and of the model's inputs:\n",
        *_table(
            ("rule", "otherwise"),
            (said_by(one) for one in (*ONNX_INPUTS, enough_inputs, finite_constants)),
        ),
        "\nOf some:\n",
        *_rules({name: rule.constraints for name, rule in ONNX_RULES.items()}),
    ]
    return "\n".join(lines)


def becomes(name: str) -> str:
    """What mcuq makes of an operator of a TFLite file."""
    other = stated(tflite_importer, "BECOMES").get(name)
    if name in CONVERSIONS:
        return "itself between integers; vanishes between real numbers"
    if name in RULES and RULES[name].kind.kept:
        return f"{_ITSELF} where a file's integers are kept, else {other}"
    if name in RULES:
        return _by_rule(name, RULES[name]) + (f", or {other}" if other else "")
    if name in _BY_NAME:
        return other or f"{_ITSELF}, of models in other formats"
    return other or (_FOLDS if name in FOLDABLE else _NO)


def _by_rule(name: str, rule: Rule[Any]) -> str:
    default = {field.name: field.default for field in fields(Rule)}["steps"]
    several = default is not MISSING and rule.steps is not default
    if rule.kind.name == name:
        return f"{_ITSELF}, or several operators" if several else _ITSELF
    return f"several operators, {rule.kind.name} the last" if several else rule.kind.name


def stated(importer: ModuleType, table: str) -> dict[str, str]:
    """Operator → what all modules of an importer state of it in a table of this name."""
    found: dict[str, str] = {}
    for entry in pkgutil.iter_modules(importer.__path__):
        module = importlib.import_module(f"{importer.__name__}.{entry.name}")
        found |= getattr(module, table, {})
    return found


def _not_as_is() -> Iterable[tuple[str, str]]:
    """Grouped: the operators that are refused for one reason."""
    found: dict[str, list[str]] = {}
    for name, why in stated(tflite_importer, "NOT_AS_IS").items():
        found.setdefault(why, []).append(name)
    return ((_listed(sorted(names)), why) for why, names in sorted(found.items()))


def _operator(name: str, fate: str, runtime: Sequence[str] | None) -> tuple[str, ...]:
    operator = _BY_NAME.get(name) or (RULES[name].kind if name in RULES else None)
    near = nearest(name) if fate == _NO else ""
    told = f"{fate}; nearest: {near}" if near else fate
    runs = "not in it" if runtime is None else ", ".join(runtime)
    return name, told, *_forms(operator), runs


def _forms(operator: AnyOperator | None) -> tuple[str, str, str]:
    if operator is None:
        return "", "", ""
    forms = (operator.int8, operator.int16, operator.dynamic)
    has = ["" if isinstance(form, NoForm) else "yes" for form in forms]
    return has[0], has[1], has[2]


def _lacking() -> Iterable[tuple[str, str, str]]:
    """Grouped: the operators without a form for one reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for operator in OPERATORS:
        named = {"int16": operator.int16, "float32": operator.dynamic}
        for form, value in named.items():
            if isinstance(value, NoForm):
                found.setdefault((form, value.reason), []).append(operator.name)
    return ((_listed(names), form, reason) for (form, reason), names in found.items())


def _widths() -> Iterable[tuple[str, ...]]:
    for bits in WIDTHS:
        one = width(bits)
        beside = {
            operator.name: FORMS[operator].int4_beside if bits == 4 else ()
            for operator in WEIGHTED_OPERATORS
        }
        stored = "; ".join(f"{name}: {_listed(types)}" for name, types in beside.items() if types)
        yield one.name, f"{one.low} to {one.high}", str(one.per_byte), stored


def _guards() -> Iterable[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for operator in OPERATORS:
        if operator.guard.derivation:
            found.setdefault(operator.guard.derivation, []).append(operator.name)
    return ((_listed(names), text) for text, names in found.items())


def _rules(constraints: Mapping[str, Iterable[Callable[..., object]]]) -> list[str]:
    """Each rule with all operators that it is of."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, own in sorted(constraints.items()):
        for constraint in own:
            names = found.setdefault(said_by(constraint), [])
            names += [name] if name not in names else []
    rows = ((rule, hint, _listed(names)) for (rule, hint), names in found.items())
    return _table(("rule", "otherwise", "operators"), rows)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"| {' | '.join(titles)} |",
        "|" + "---|" * len(titles),
        *(f"| {' | '.join(row)} |" for row in cells),
    ]
