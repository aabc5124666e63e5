"""What consoles show of values that hold networks and data fits a line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcuq.brief import Brief, brief

VALUES = st.recursive(
    st.none()
    | st.integers()
    | st.text()
    | hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=5)),
    lambda inner: (
        st.lists(inner).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=9)
    ),
    max_leaves=40,
)


@given(VALUES)
def test_it_is_short_and_one_line(value: object) -> None:
    told = brief(value)
    assert len(told) < 80
    assert "\n" not in told


@dataclass(frozen=True, repr=False)
class Held(Brief):
    name: str
    parts: tuple[int, ...] = ()
    data: np.ndarray | None = None


def test_what_it_tells() -> None:
    assert repr(Held("a")) == "Held(name='a')"
    assert repr(Held("a", (1, 2))) == "Held(name='a', parts=(1, 2))"
    assert repr(Held("a", tuple(range(9)))) == "Held(name='a', parts=(9 int))"
    assert repr(Held("a", data=np.zeros((2, 3), np.int8))) == "Held(name='a', data=int8[2, 3])"
