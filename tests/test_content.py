"""Values that hold arrays are compared by content, whatever Python's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import hypothesis.extra.numpy as npst
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mcuq
import mcuq_hil
from mcuq.content import ByContent
from mcuq.graph import Graph, Tensor


@dataclass(frozen=True, eq=False)
class Held(ByContent):
    array: npt.NDArray[Any] | None
    parts: tuple[npt.NDArray[Any], ...] = ()
    named: dict[str, npt.NDArray[Any]] = dataclasses.field(default_factory=dict)


arrays = npst.arrays(
    st.sampled_from([np.int8, np.float32, np.float64, np.bool_]),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


@given(arrays, st.lists(arrays, max_size=2))
def test_copies_are_equal_and_their_order_does_not_matter(
    array: npt.NDArray[Any], parts: list[npt.NDArray[Any]]
) -> None:
    named = {str(i): part for i, part in enumerate(parts)}
    one = Held(array, tuple(parts), named)
    other = copy.deepcopy(one)
    assert one == other
    assert other == one


@given(arrays, arrays)
def test_equal_means_the_same_type_shape_and_bytes(
    a: npt.NDArray[Any], b: npt.NDArray[Any]
) -> None:
    same = (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    assert (Held(a) == Held(b)) is same
    assert (Held(None, (a,)) == Held(None, (b,))) is same
    assert (Held(None, (), {"a": a}) == Held(None, (), {"a": b})) is same
    assert Held(a) != Held(None)
    assert Held(a) != a.tolist()


def test_graphs_compare_by_what_their_tensors_hold() -> None:
    def graph(value: float) -> Graph:
        data = np.full((2, 2), value, np.float32)
        return Graph("g", {"w": Tensor("w", (2, 2), data)}, (), (), ())

    assert graph(1.0) == graph(1.0)
    assert graph(1.0) != graph(2.0)
    with pytest.raises(TypeError, match="unhashable"):
        hash(graph(1.0).tensors["w"])


def _modules() -> Iterator[ModuleType]:
    for package in (mcuq, mcuq_hil):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            try:
                yield importlib.import_module(info.name)
            except ModuleNotFoundError as error:
                # What an extra brings may be missing, what is ours may not.
                if (error.name or "").partition(".")[0] in {"mcuq", "mcuq_hil"}:
                    raise


def _dataclasses() -> list[type]:
    found = {
        value
        for module in _modules()
        for value in vars(module).values()
        if inspect.isclass(value)
        and value.__module__ == module.__name__
        and dataclasses.is_dataclass(value)
    }
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def _holds_arrays(kind: type) -> bool:
    """Whether a field's type is an array, or a container of arrays."""
    try:
        hints = typing.get_type_hints(kind)
    except NameError:  # a name that is imported for the type checker only, never an array's
        hints = {field.name: field.type for field in dataclasses.fields(kind)}
    # NumPy 2.5 shows its alias by name, earlier releases what it stands for.
    return any("ndarray" in str(hint).lower() for hint in hints.values())


def test_no_dataclass_compares_its_arrays_for_a_truth_value() -> None:
    kinds = _dataclasses()
    assert len(kinds) > 100
    holding = [kind for kind in kinds if _holds_arrays(kind)]
    assert Tensor in holding
    wrong = [f"{kind.__module__}.{kind.__qualname__}" for kind in holding if "__eq__" in vars(kind)]
    assert not wrong, f"declare with eq=False, and derive from ByContent to compare: {wrong}"
