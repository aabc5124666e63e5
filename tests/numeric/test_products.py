"""Products: right, and the same whatever order their terms are added in."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from summations import OTHERS

from mcuq.numeric import products
from mcuq.numeric.products import on_grid, product, product_with_whole, rounded_product

SINGLES = st.floats(-(2.0**30), 2.0**30, width=32, allow_subnormal=True)


@st.composite
def factors(draw: st.DrawFn) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    rows, depth, columns = (draw(st.integers(1, 9)) for _ in range(3))
    shapes = (rows, depth), (depth, columns)
    a, b = (draw(arrays.arrays(np.float32, shape, elements=SINGLES)) for shape in shapes)
    return a, b


def exact(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> list[list[Fraction]]:
    return [
        [sum((Fraction(float(x)) * Fraction(float(y)) for x, y in zip(row, column, strict=True)),
             start=Fraction(0)) for column in b.T]
        for row in a
    ]  # fmt: skip


@given(factors())
def test_rounded_products_are_next_to_the_exact_sums(
    pair: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    a, b = pair
    found = rounded_product(a, b)
    for row, sums in zip(found, exact(a, b), strict=True):
        for value, wanted in zip(row, sums, strict=True):
            error = abs(Fraction(float(value)) - wanted)
            for side in (np.float32(-np.inf), np.float32(np.inf)):
                neighbour = Fraction(float(np.nextafter(value, side)))
                assert error <= abs(neighbour - wanted)


@given(factors())
def test_rounded_products_are_the_same_in_every_order(
    pair: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    wanted = rounded_product(*pair).tobytes()
    for other in OTHERS.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(products, "_multiply", other)
            assert rounded_product(*pair).tobytes() == wanted


@pytest.mark.parametrize("order", OTHERS)
@pytest.mark.parametrize("spread", [0, 6])
@pytest.mark.parametrize("depth", [9, 577, 9001])
def test_products_are_the_same_in_every_order(
    depth: int, spread: float, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(depth)
    a = rng.normal(size=(2, 33, depth)) * 10 ** rng.uniform(-spread, spread, (2, 33, depth))
    b = rng.normal(size=(2, depth, 11)) * 10 ** rng.uniform(-spread, spread, (2, depth, 11))
    whole = rng.integers(-255, 256, (2, depth, 11)).astype(np.float64)
    singles = a[0].astype(np.float32), b[0].astype(np.float32)

    def found() -> list[bytes]:
        values = product(a, b), product_with_whole(a, whole), rounded_product(*singles)
        return [value.tobytes() for value in values]

    wanted = found()
    plain = np.matmul(a, b)
    largest = np.abs(a).max(axis=-1)[..., None] * np.abs(b).max(axis=-2)[..., None, :]
    assert np.all(np.abs(product(a, b) - plain) <= 2.0**-38 * depth * largest)
    monkeypatch.setattr(products, "_multiply", OTHERS[order])
    # Without care the order is seen, where there are enough terms.
    assert depth < 100 or products.any_order(a, b).tobytes() != plain.tobytes()
    assert found() == wanted


def test_leading_dimensions_are_broadcast() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 1, 4, 5)), rng.normal(size=(2, 5, 6))
    singles = a.astype(np.float32), b.astype(np.float32)
    np.testing.assert_allclose(product(a, b), a @ b, rtol=1e-9)
    np.testing.assert_allclose(rounded_product(*singles), a @ b, rtol=1e-4, atol=1e-5)


def test_values_without_a_bound_are_left_to_who_looks_at_them() -> None:
    a = np.array([[np.inf, 1.0], [np.nan, 1.0], [3e38, 3e38]], np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        found = rounded_product(a, np.ones((2, 1), np.float32))
    assert np.isposinf(found[[0, 2]]).all() and np.isnan(found[1]).all()


def test_whole_sums_that_leave_float64_are_refused() -> None:
    large = np.full((1, 4), 2.0**26)
    with pytest.raises(ValueError, match="53 bits"):
        products.whole_product(large, large.T)


@given(st.integers(2, 30), arrays.arrays(np.float32, 7, elements=SINGLES))
def test_values_on_a_grid_are_whole_and_near(bits: int, values: npt.NDArray[np.float32]) -> None:
    numbers, unit = on_grid(values, bits, float(np.abs(values).max()))
    assert (numbers == np.rint(numbers)).all() and np.abs(numbers).max() <= 2**bits
    assert np.all(np.abs(numbers * unit - values) <= unit / 2)
