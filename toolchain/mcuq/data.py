"""Samples and labels from disk, checked against the model's inputs before anything uses them.

Two layouts, the same names in both:

* one `.npz` file with `x` (or `x0`, `x1`, … or the input tensors' own names) and, where there
  are labels, `y` (of several outputs: `y0`, `y1`, … or the output tensors' names); a plain `.npy`
  file is an `x`;
* a directory with `x.npy` (…) and `y.npy`, or with one `.npy` a sample, taken in name order.

A sample of a model that keeps states is a sequence of steps, see `mcuq.sequences`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.arrange import in_file_layout
from mcuq.arrays import LAYOUT_HINT, open_arrays
from mcuq.brief import Brief
from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.graph import Graph, Layout, Tensor
from mcuq.graph.indices import Limits, index_limits, spread
from mcuq.numeric.element import Element
from mcuq.sequences import as_sequences, in_sequences
from mcuq.shown import visible

Labels = npt.NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Brief, ByContent):
    """Samples of every model input and, where known, what is right for them.

    Attributes:
        inputs: one float32 array (samples, *input shape without the batch) a model input, in the
            graph's layout; of a model that keeps states (samples, steps, …).
        labels: 'y', numbers (samples, …): int64 or float64, or None. Of sequences one each, or, as
            (samples, steps, …), one a step.
        by_output: labels of each output, None where there are none; empty where no output has
            labels of its own.
        unused: names of arrays that are neither samples nor labels.
    """

    inputs: tuple[npt.NDArray[np.float32], ...]
    labels: Labels | None = None
    by_output: tuple[Labels | None, ...] = ()
    unused: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs[0])

    @property
    def has_labels(self) -> bool:
        return self.labels is not None or any(one is not None for one in self.by_output)

    def take(self, count: int) -> Dataset:
        """The first `count` samples."""
        return self.pick(slice(count))

    def pick(self, samples: slice | npt.NDArray[Any]) -> Dataset:
        """Some samples, by numbers or by a mask."""

        def of(labels: Labels | None) -> Labels | None:
            return None if labels is None else labels[samples]

        inputs = tuple(x[samples] for x in self.inputs)
        return Dataset(inputs, of(self.labels), tuple(map(of, self.by_output)), self.unused)


def load_data(path: Path, graph: Graph, limits: Mapping[str, Limits] | None = None) -> Dataset:
    """Read samples for `graph` and check them.

    Args:
        limits: input of indices → they lie below; None finds it in the graph's operators.

    Raises:
        InputError: missing or unreadable file, arrays that are missing, not numeric, not
            finite, empty, of different lengths, or not of the model's input shapes.
    """
    arrays = open_arrays(path)
    names = _input_names(arrays, graph, path)
    inputs = tuple(
        _samples(arrays[name](), graph, tensor, f"{path}: {name!r}")
        for name, tensor in zip(names, graph.inputs, strict=True)
    )
    if limits is None:
        limits = index_limits(graph.ops, graph.tensors)
    for name, tensor, samples in zip(names, graph.inputs, inputs, strict=True):
        _check_element(samples, graph.tensors[tensor], limits.get(tensor), f"{path}: {name!r}")
    wanted = [name for name in _label_names(arrays, graph) if name not in names]
    labels = {name: _labels(arrays[name](), f"{path}: {name!r}") for name in wanted}
    if graph.states:
        inputs, labels = in_sequences(graph, names, inputs, labels, str(path))
    _check_lengths({**dict(zip(names, inputs, strict=True)), **labels}, path)
    return Dataset(
        inputs,
        labels.get("y"),
        _by_output(labels, graph),
        tuple(name for name in arrays if name not in names and name not in labels),
    )


def fingerprint(path: Path) -> str:
    """SHA-256 of a file; of a directory, over its `.npy` files' names and contents."""
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for member in sorted(path.glob("*.npy")):
        digest.update(f"{member.name}:{fingerprint(member)}\n".encode())
    return digest.hexdigest()


def _input_names(arrays: Mapping[str, object], graph: Graph, path: Path) -> tuple[str, ...]:
    """The arrays' names in the order of the graph's inputs."""
    count = len(graph.inputs)
    candidates = [graph.inputs, tuple(f"x{i}" for i in range(count))]
    if count == 1:
        candidates.append(("x",))
    for names in candidates:
        if all(name in arrays for name in names):
            return names
    wanted = "'x'" if count == 1 else " and ".join(f"'x{i}'" for i in range(count))
    found = visible(", ".join(sorted(map(str, arrays)))) or "nothing"
    raise InputError(f"{path}: the model needs {wanted}, the data holds {found}", LAYOUT_HINT)


def _label_names(arrays: Mapping[str, object], graph: Graph) -> list[str]:
    own = (name for pair in _output_names(graph) for name in pair)
    return [name for name in dict.fromkeys(("y", *own)) if name in arrays]


def _output_names(graph: Graph) -> list[tuple[str, str]]:
    """What the labels of each output may be called."""
    return [(f"y{number}", name) for number, name in enumerate(graph.outputs)]


def _by_output(labels: Mapping[str, Labels], graph: Graph) -> tuple[Labels | None, ...]:
    found = tuple(
        next((labels[name] for name in pair if name in labels), None)
        for pair in _output_names(graph)
    )
    return () if all(one is None for one in found) else found


def _samples(
    array: npt.NDArray[Any], graph: Graph, name: str, where: str
) -> npt.NDArray[np.float32]:
    """`array` as float32 samples of an input: see `mcuq.arrange` for the layouts it may have."""
    if array.dtype.kind not in "fiub":
        raise InputError(
            f"{where} holds {array.dtype}, not numbers", "store it as float32 or uint8"
        )
    if array.ndim == 0 or len(array) == 0:
        raise InputError(
            f"{where} holds no samples", "store at least one; the first axis counts them"
        )
    layout = graph.layout(name)
    if graph.states:
        return _steps(array, layout, where)
    arranged = in_file_layout(array, layout, where)
    if arranged is None:
        raise InputError(
            f"{where} has samples of shape {array.shape[1:]}, "
            f"the model's input {name!r} takes {layout.file_shape[1:]}",
            _shape_hint(array.shape, layout.file_shape[1:]),
        )
    return _as_float32(array, layout.to_graph(arranged), where)


def _steps(array: npt.NDArray[Any], layout: Layout, where: str) -> npt.NDArray[np.float32]:
    """`array` as (sequences, steps, …)."""
    sequences = as_sequences(array, layout.file_shape[1:], where)
    inner = sequences.shape[2:]
    arranged = layout.to_graph(sequences.reshape(-1, *inner))
    return _as_float32(
        sequences, arranged.reshape(*sequences.shape[:2], *arranged.shape[1:]), where
    )


def _as_float32(
    array: npt.NDArray[Any], arranged: npt.NDArray[Any], where: str
) -> npt.NDArray[np.float32]:
    """The samples of `array`, arranged for the graph; all of them finite."""
    with np.errstate(over="ignore"):
        samples = np.ascontiguousarray(arranged, np.float32)
    finite = _are_finite(samples)
    if not finite.all():
        sample = int(np.argmin(finite))
        if _are_finite(np.asarray(array[sample : sample + 1])).all():
            raise InputError(
                f"{where} holds values beyond float32's {np.finfo(np.float32).max:.2g}, first in "
                f"sample {sample}",
                "scale them as the samples that the model was trained on",
            )
        raise InputError(
            f"{where} holds NaN or infinity, first in sample {sample}", "clean the data first"
        )
    return samples


def _check_element(
    samples: npt.NDArray[np.float32], tensor: Tensor, limits: Limits | None, where: str
) -> None:
    """Raise where an input takes integers or truth values, and the samples are none."""
    if tensor.element is Element.REAL:
        return
    limits = np.array([2]) if tensor.element is Element.BOOL else limits
    taken = samples == np.rint(samples)
    if limits is not None:
        limits = spread(limits, samples.shape)
        taken &= (samples >= 0) & (samples < limits)
    if not taken.all():
        most = None if limits is None else limits[~taken][0] - 1
        wanted = "integers" if most is None else f"integers from 0 to {most}"
        raise InputError(
            f"{where} holds {samples[~taken][0]:g}, "
            f"the model's input {tensor.name!r} takes {wanted}",
            "give it what the model was trained on, as int32 or bool",
        )


def _are_finite(samples: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Of each sample, whether all of its values are numbers."""
    flat = samples.reshape(len(samples), math.prod(samples.shape[1:]))
    return np.asarray(np.isfinite(flat).all(axis=1))


def _shape_hint(found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    if _without_ones(found) == _without_ones(wanted):
        return "this is one sample: the first axis counts the samples, so store it as x[None]"
    if math.prod(found[1:]) == math.prod(wanted):
        return "as many values, in another shape: reshape or transpose them as the model expects"
    return "reshape the data; the first axis counts the samples"


def _without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _labels(array: npt.NDArray[Any], where: str) -> Labels:
    if array.dtype.kind in "US":
        raise InputError(
            f"{where} holds text, not labels",
            "store class numbers: np.unique(y, return_inverse=True)[1], in the model's order",
        )
    if array.dtype.kind not in "fiub" or array.ndim == 0:
        raise InputError(
            f"{where} holds {array.dtype} of shape {array.shape}, not labels",
            "store a number (or one-hot row, or target) for each sample",
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{where} holds NaN or infinity", "clean the labels first")
    if array.dtype.kind == "u" and array.size and array.max() > np.iinfo(np.int64).max:
        raise InputError(f"{where} holds numbers beyond int64", "store class numbers or targets")
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64)


def _check_lengths(arrays: Mapping[str, npt.NDArray[Any]], path: Path) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise InputError(
            f"{path}: arrays of different lengths ({found})",
            "store one label, and one of each input, a sample",
        )
