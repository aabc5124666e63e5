"""Samples in memory become the file that might have been given: the same arrays, the same names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcuq.api.samples import samples_file
from mcuq.errors import InputError

DTYPES = st.sampled_from([np.float32, np.float64, np.uint8, np.int64])
ARRAYS = DTYPES.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, max_side=6))
)


def stored(samples: object, folder: Path) -> dict[str, Any]:
    with np.load(samples_file(samples, folder / "x.npz", "calibration")) as file:
        return dict(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@given(ARRAYS, st.data())
def test_batches_are_what_they_are_batches_of(folder: Path, x: Any, data: st.DataObject) -> None:
    y = np.arange(len(x))
    cuts = sorted(data.draw(st.lists(st.integers(1, max(1, len(x) - 1)), max_size=3, unique=True)))
    batches = [one for one in zip(np.split(x, cuts), np.split(y, cuts), strict=True) if len(one[0])]

    def generator() -> Iterator[Any]:
        yield from batches

    for samples in ((x, y), batches, generator(), [{"x": a, "y": b} for a, b in batches]):
        found = stored(samples, folder)
        assert found.keys() == {"x", "y"}
        np.testing.assert_array_equal(found["x"], x)
        np.testing.assert_array_equal(found["y"], y)
    assert stored(x, folder)["x"].dtype == x.dtype


@given(ARRAYS)
def test_several_inputs(folder: Path, x: Any) -> None:
    found = stored(([x, x[::-1]], np.zeros(len(x))), folder)
    assert found.keys() == {"x0", "x1", "y"}
    np.testing.assert_array_equal(found["x1"], x[::-1])


def test_a_path_is_itself(tmp_path: Path) -> None:
    given_path = tmp_path / "given.npz"
    for path in (given_path, str(given_path)):
        assert samples_file(path, tmp_path / "other.npz", "calibration") == given_path
    assert not any(tmp_path.iterdir())


def test_a_torch_loader(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'mcuq[torch]'")
    from torch.utils.data import DataLoader, TensorDataset

    x, y = torch.arange(20.0, requires_grad=True).reshape(10, 2), torch.arange(10)
    found = stored(DataLoader(TensorDataset(x.detach(), y), batch_size=4), tmp_path)
    np.testing.assert_array_equal(found["x"], x.detach().numpy())
    np.testing.assert_array_equal(found["y"], y.numpy())
    np.testing.assert_array_equal(stored(x, tmp_path)["x"], x.detach().numpy())


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        (5, "int holds no samples"),
        ([], "gives no batch"),
        (["a"], "batch 0 is str"),
        ([np.zeros((2, 3)), np.zeros((2, 4))], "do not fit together"),
        ([(np.zeros(2), np.zeros(2)), np.zeros(2)], "not every batch holds"),
        ({"x": [[1], [1, 2]]}, "no array can be made"),
        ({"x": np.array([object()])}, "not an array of numbers"),
    ],
)
def test_what_is_none_is_said(tmp_path: Path, samples: object, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        samples_file(samples, tmp_path / "x.npz", "evaluation")
    assert error.value.cause.startswith("evaluation")
    assert error.value.hint
    assert not any(tmp_path.iterdir())
