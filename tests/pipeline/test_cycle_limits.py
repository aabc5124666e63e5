"""A limit of cycles is kept by the search, or refused before it begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mcuq.errors import UsageError
from mcuq.pipeline.check import check_request
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.search import METHODS
from mcuq.search.methods import OF_BYTES

MODEL = Path(__file__).resolve().parents[2] / "toolchain/mcuq/examples/digits/digits_float32.tflite"


@pytest.mark.parametrize("limit", [{"max_cycles": 1000}, {"max_ms": 1.0}])
@pytest.mark.parametrize("method", sorted(METHODS))
def test_no_method_ignores_a_limit_of_cycles(method: str, limit: dict[str, float]) -> None:
    request = BuildRequest(model=MODEL, method=method, **limit)  # type: ignore[arg-type]
    if method not in OF_BYTES:
        check_request(request)
        return
    with pytest.raises(UsageError, match=f"--method {method} keeps limits of bytes, not of cycles"):
        check_request(request)
    check_request(replace(request, max_cycles=None, max_ms=None))
    check_request(replace(request, fixed=WeightChoice()))  # nothing is searched
