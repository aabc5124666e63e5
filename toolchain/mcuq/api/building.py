"""`mcuq build` as one call: what the options say, in Python's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mcuq.api.result import Build
from mcuq.api.samples import samples_file
from mcuq.choices import choice_hint
from mcuq.declared import Leaf, leaves, made
from mcuq.declared.offered import BUILD, PYTHON
from mcuq.errors import UsageError
from mcuq.pipeline.request import BuildRequest
from mcuq.progress import ProgressCallback, silent
from mcuq.report.publish import publish
from mcuq.temporary import temporary_folder
from mcuq.workers import cores

_OPTIONS = {
    leaf.word: leaf
    for leaf in leaves(BuildRequest)
    if leaf.option.commands == PYTHON or leaf.option.commands & BUILD
}
_TAKES: dict[type, Any] = {
    bool: bool,
    int: int,
    float: (int, float),
    str: str,
    Path: (str, Path),
    tuple: (list, tuple),
}
_DATA = ("calibration", "search_data", "evaluation")
Samples = Any
"""See `mcuq.api.samples.samples_file`."""


def build(
    model: str | Path,
    *,
    board: str = "stm32f746",
    calibration: Samples = None,
    evaluation: Samples = None,
    search_data: Samples = None,
    metric: str | Callable[..., float] | None = None,
    output: str | Path = "out",
    progress: ProgressCallback = silent,
    **options: object,
) -> Build:
    """Search, build, run and prove; the folder `output` holds what `mcuq build` writes.

        built = mcuq.build("model.tflite", board="stm32f746", calibration=x,
                           evaluation=(x, y), weight_bytes="50%")

    Args:
        model: .tflite, .onnx, .pt2, .keras, .h5 or a SavedModel.
        board: a name from `mcuq boards`, or a board file.
        calibration, search_data, evaluation: samples, the last two with labels: a path, an array,
            (samples, labels), a mapping of arrays by name, or an iterable of batches. Arrays are
            in the layout of the model file.
        metric: a name, `module:function`, or a function of (outputs, labels), a list of arrays and
            an array, to a number; more is better unless it has `higher_is_better = False`.
        output: the directory of the result; made, or replaced.
        progress: called with each step; `mcuq.StageLines(print)` shows a line a stage.
        options: every other option of `mcuq build`, with underscores: `flash="256K"`,
            `weight_bytes="50%"`, `seed=1`, `as_is=True`, `max_ms=20`.

    Raises:
        UsageError: an option that is not known, or a value it does not take; says what it takes.
        InputError: the model or the samples cannot be used. BudgetError: nothing fits.
        DeviceError, mcuq_hil's HilError: the compiler, the board or the link failed, or outputs
            are not equal. All are McuqError or HilError, with `cause` and `hint`.
    """
    output = Path(output)
    values = _read({"model": model, "board": board, "metric": metric, **options})
    with temporary_folder() as scratch:
        given = zip(_DATA, (calibration, search_data, evaluation), strict=True)
        samples = {
            name: samples_file(value, scratch / f"{name}.npz", name)
            for name, value in given
            if value is not None
        }
        output.parent.mkdir(parents=True, exist_ok=True)
        publish(made(BuildRequest, {**values, **samples, "output": output}), progress)
    return Build(output)


def _read(asked: Mapping[str, object]) -> dict[str, Any]:
    """Path of an option → its value, from names as the command line has them.

    Raises:
        UsageError: a name that is not known, or a value that the option does not take.
    """
    found: dict[str, Any] = {"workers": cores()}
    for name, value in asked.items():
        if name not in _OPTIONS:
            raise UsageError(f"build() has no option {name}", choice_hint(name, sorted(_OPTIONS)))
        leaf = _OPTIONS[name]
        if value is not None:
            found[leaf.path] = leaf.read(_typed(leaf, value))
    if "cmsis_nn" in found:
        # As on the command line: a library that is named is one that is wanted.
        found.setdefault("kernels", "cmsis-nn")
    return found


def _typed(leaf: Leaf, value: object) -> object:
    """`value`, if its type is one that the option takes; a path as such."""
    takes = _TAKES[leaf.type]
    is_text = leaf.notation is not None and isinstance(value, str)
    is_metric = leaf.path == "metric"  # whose function get_metric looks at
    if not (is_text or is_metric or isinstance(value, takes)) or (
        isinstance(value, bool) and leaf.type is not bool
    ):
        kind = "text" if leaf.notation is not None else leaf.type.__name__
        raise UsageError(
            f"{leaf.word}={value!r} is {type(value).__name__}", f"give {kind}: {leaf.option.help}"
        )
    return Path(value) if leaf.is_path else value  # type: ignore[arg-type]  # checked above
