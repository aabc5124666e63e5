"""Try which operators the installed tflite_micro wheel has, on which types, and record it.

Every builtin operator of the TFLite schema is put into models of one operator: with one to four
operands of several forms, and as mcuq itself writes it where mcuq has it. A type counts where one
of the models runs to its end; that says nothing of what comes out, which the tests compare. An
operator that needs more than one operator around it (a loop, a variable) runs in none of them.

    python scripts/probe_runtime.py --record docs/runtime_operators.json
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "testing")]

from number_formats import forms, quantized  # noqa: E402
from operator_cases import cases, seeded_cases  # noqa: E402
from recurrent_models import recurrent_forms, recurrent_models  # noqa: E402

from mcuq.atomic_write import write_atomically  # noqa: E402
from mcuq.emit.tflite import tflite_bytes  # noqa: E402
from mcuq.errors import McuqError  # noqa: E402
from mcuq.ops.catalog import FLOAT_OPERATORS  # noqa: E402
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model  # noqa: E402
from mcuq.tflite.excerpt import operator_names  # noqa: E402
from mcuq.tflite.float_model import float_tflite_bytes  # noqa: E402
from mcuq.tflite.wheel import oracle_version  # noqa: E402
from mcuq.witness.float_copy import float_copy  # noqa: E402
from runtime_trials import Trial, any_runs, interpreter_log  # noqa: E402

DEFAULT = Path("docs/runtime_operators.json")
BUILTIN = {
    number: name
    for name, number in vars(schema.BuiltinOperator).items()
    if name.isupper() and name != "CUSTOM"
}
TYPES = ("float32", "int8", "int16", "int32", "int64", "bool")
_QUANTIZED = ("int8", "int16")
_ABSENT = re.compile(r"Failed to get registration from op code")
_CUSTOM = re.compile(rb"(?<=\0)(?:Signal|TFL|CIRCULAR|ethos)[\w-]{2,40}(?=\0)")
"""What a custom operator's name may be, of all texts in the wheel's library."""
_SHAPES = ((1, 2, 2, 4), (2, 4))
Forms = tuple[tuple[str, ...], ...]
"""Of operands: what each is, of which type, is in `_operand`."""
_VALUE_FIRST: Forms = (
    ("value",),
    ("value", "value"),
    ("value", "value", "value"),
    ("value", "axis"),
    ("value", "begin"),
    ("value", "shape"),
    ("value", "pairs"),
    ("value", "pairs", "single"),
    ("value", "begin", "shape"),
    ("value", "begin", "shape", "steps"),
    ("value", "value", "begin"),
    ("value", "blocks", "crops"),
    ("value", "filter", "bias"),
    ("value", "filter"),
    ("value", "index"),
)
_VALUE_BEHIND: Forms = (
    ("mask", "value", "value"),
    ("axis", "value"),
    ("shape", "single"),
    ("index", "value"),
)
_RESULTS = ("bool", "int32", "int64", "float32", "int8", "int16")
"""Types of a result that cannot be of the operands' type: of comparisons, ARG_MAX and the like."""
_MOST_CASES = 8
"""Of mcuq's own cases for one form."""


def offered(name: str) -> bool:
    """Whether the wheel's resolver has a builtin operator."""
    trial = next(_trials(name, "float32"))
    return not _ABSENT.search(interpreter_log(trial.content))


def custom_operators() -> list[str]:
    """Names of the custom operators that the wheel's resolver has."""
    library = files("tflite_micro") or []
    texts = [
        Path(str(path.locate())).read_bytes() for path in library if path.name == "_runtime.so"
    ]
    names = sorted({name.decode() for text in texts for name in _CUSTOM.findall(text)})
    return [name for name in names if not _ABSENT.search(interpreter_log(_custom(name)))]


def _custom(name: str) -> bytes:
    """A model of one custom operator."""
    model = schema.ModelT.InitFromPackedBuf(next(_trials("ADD", "float32")).content, 0)
    code = model.operatorCodes[0]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = name
    operator = model.subgraphs[0].operators[0]
    operator.builtinOptions, operator.builtinOptionsType = None, schema.BuiltinOptions.NONE
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def types_run(name: str) -> list[str]:
    """The types of TYPES on which some model of the operator runs.

    Most kernels look at one type only, that of the first operand: a mask, an index or sizes in its
    place count where no type runs as the first operand. Likewise a result of another type than the
    operand counts where no result of the same does for any type.
    """
    for operands, own in ((_VALUE_FIRST, True), (_VALUE_BEHIND, False)):
        alike = [
            dtype
            for dtype in TYPES
            if any_runs(
                [*(_own(name, dtype) if own else ()), *_trials(name, dtype, operands=operands)]
            )
        ]
        if alike:
            return alike
        found = [
            dtype
            for dtype in TYPES
            if any(
                any_runs([*_trials(name, dtype, result, operands)])
                for result in _RESULTS
                if result != dtype
            )
        ]
        if found:
            return found
    return []


def _own(name: str, dtype: str) -> Iterator[Trial]:
    """As mcuq writes the operator, where it has it and writes no others in its place."""
    for trial in _written(name, dtype):
        if all(one.startswith(f"{name} ") for one in operator_names(trial.content)):
            yield trial


def _written(name: str, dtype: str) -> Iterator[Trial]:
    if dtype == "float32":
        for operator in FLOAT_OPERATORS:
            if operator.name == name:
                for case in seeded_cases(cases(operator), 0, _MOST_CASES):
                    graph = case.graph
                    yield Trial(float_tflite_bytes(graph), len(graph.inputs))
    for form in forms((8,)):
        if form.kind == name and form.activations == dtype:
            for case in seeded_cases(cases(form.operator), 0, _MOST_CASES):
                try:
                    qgraph = quantized(case, form)
                except McuqError:
                    continue
                yield Trial(tflite_bytes(qgraph), len(qgraph.inputs))
    for form in recurrent_forms():
        if form.kind == name and dtype in (form.activations.split(",")[0], "float32"):
            for model in itertools.islice(recurrent_models(form, 0), _MOST_CASES):
                content = tflite_bytes(model.qgraph)
                yield Trial(float_copy(content) if dtype == "float32" else content, 1)


def _trials(
    name: str, dtype: str, result: str | None = None, operands: Forms | None = None
) -> Iterator[Trial]:
    """Models with a result of a type, None: of the operands' own, and operands of some forms."""
    for shape, kinds in itertools.product(_SHAPES, operands or _VALUE_FIRST + _VALUE_BEHIND):
        tensors = [_operand(kind, dtype, shape, i) for i, kind in enumerate(kinds)]
        given = [i for i, tensor in enumerate(tensors) if tensor.data is None]
        if given:
            tensors.append(_tensor("y", shape, result or dtype))
            end = len(tensors) - 1
            spec = OperatorSpec(name, tuple(range(end)), (end,), _options(name), version=1)
            yield Trial(build_model(tensors, [spec], given, [end]), len(given))


def _operand(kind: str, dtype: str, shape: tuple[int, ...], number: int) -> TensorSpec:
    name, rank, channels = f"x{number}", len(shape), shape[-1]
    if kind == "value":
        return _tensor(name, shape, dtype)
    if kind == "mask":
        return _tensor(name, shape, "bool")
    if kind == "index":
        return _tensor(name, (1,), "int32")
    if kind in ("filter", "bias"):
        values = np.zeros((channels,) + (1,) * (rank - 2) + (channels,), np.int8)
        wide = {"int8": "int32", "int16": "int64"}.get(dtype, dtype)
        if kind == "bias":
            return TensorSpec(name, (channels,), wide, np.zeros(channels, wide), np.ones(1))
        stored = "int8" if dtype in _QUANTIZED else dtype
        return TensorSpec(name, values.shape, stored, values.astype(stored), np.ones(1))
    if kind == "single":
        return _tensor(name, (1,), dtype)
    constants: dict[str, Any] = {
        "axis": [1],
        "begin": [0] * rank,
        "shape": [*shape],
        "steps": [1] * rank,
        "pairs": [[0, 0]] * rank,
        "blocks": [1, 1],
        "crops": [[0, 0]] * 2,
    }
    data = np.array(constants[kind], np.int32)
    return TensorSpec(name, data.shape, "int32", data)


def _tensor(name: str, shape: tuple[int, ...], dtype: str) -> TensorSpec:
    scale = np.array([1 / 128]) if dtype in _QUANTIZED else None
    return TensorSpec(name, shape, dtype, scale=scale)


def _options(name: str) -> Any:
    """The operator's own options, steps and sizes 1; None where none is called as it is."""
    wanted = f"{name.replace('_', '')}OPTIONS"
    kind = next((one for one in vars(schema.BuiltinOptions) if one.upper() == wanted), None)
    if kind is None:
        return None
    options = getattr(schema, f"{kind}T")()
    for field in vars(options):
        is_size = re.search("stride|factor|filter|block|num|multiplier|beta", field, re.I)
        if is_size and isinstance(getattr(options, field), int | float):
            setattr(options, field, 1)
    return options


def main(words: list[str] | None = None) -> int:
    """Try everything, and write the record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--record", type=Path, default=DEFAULT, help="file that is written")
    arguments = parser.parse_args(words)
    found = {}
    for number in sorted(BUILTIN):
        name = BUILTIN[number]
        if offered(name):
            found[name] = types_run(name)
            print(name, *found[name], flush=True)
    record = {
        "tflite_micro": oracle_version(),
        "builtin": dict(sorted(found.items())),
        "custom": custom_operators(),
    }
    write_atomically(arguments.record, json.dumps(record, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
