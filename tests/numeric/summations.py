"""Matrix products that add their terms in other orders and precisions, as other processors do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]


def backwards(a: Values, b: Values) -> Values:
    """The last terms first."""
    return np.matmul(a[..., ::-1], b[..., ::-1, :])


def in_pieces(a: Values, b: Values) -> Values:
    """Seven terms at a time, the pieces added last to first."""
    starts = range(0, a.shape[-1], 7)
    parts = [np.matmul(a[..., s : s + 7], b[..., s : s + 7, :]) for s in starts]
    return sum(parts[:-1][::-1], start=parts[-1]) if parts else np.matmul(a, b)


def one_by_one(a: Values, b: Values) -> Values:
    """Term after term, each product rounded."""
    total = np.zeros(np.matmul(a[..., :0], b[..., :0, :]).shape, np.result_type(a, b))
    for term in range(a.shape[-1]):
        total += a[..., :, term, None] * b[..., None, term, :]
    return total


def in_more_bits(a: Values, b: Values) -> Values:
    """Not rounded before the end, as fused multiplications and additions do once a term."""
    wide = np.matmul(a.astype(np.longdouble), b.astype(np.longdouble))
    return wide.astype(np.result_type(a, b))


OTHERS: dict[str, Callable[[Values, Values], Values]] = {
    function.__name__: function for function in (backwards, in_pieces, one_by_one, in_more_bits)
}
