"""What is read back and decides something is sealed: any flipped bit is refused, or harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcuq.calibrate.store import RANGES
from mcuq.document import DIGEST, Document
from mcuq.errors import InputError
from mcuq.finetune.sidecar import TUNED, Sidecar, StoredFilter
from mcuq.pipeline.statistics import read_statistics
from mcuq.result.manifest import MANIFEST
from mcuq_fuzz import seeds
from mcuq_fuzz.data import graph
from mcuq_fuzz.documents import text_of

SIDECAR = Sidecar(
    filters={"w": StoredFilter(bits=4, scale=(0.5, 0.25))},
    ranges={"x": (-1.0, 1.0)},
    activations="asymmetric",
)


def ranges() -> bytes:
    return seeds.texts()[0]


SEALED: dict[str, tuple[Document[Any], Callable[[], bytes]]] = {
    "manifest": (MANIFEST, lambda: text_of(MANIFEST)),
    "ranges": (RANGES, ranges),
    "tuned": (TUNED, lambda: TUNED.text(SIDECAR).encode()),
}


def flips(content: bytes, document: Document[Any]) -> int:
    """How many flipped bits are refused; the others change nothing."""
    whole, refused = document.parse(content), 0
    for place in range(8 * len(content)):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        try:
            assert document.parse(bytes(changed)) == whole, place
        except ValueError:
            refused += 1
    return refused


@pytest.mark.parametrize("name", SEALED)
def test_every_flipped_bit_is_refused_or_harmless(name: str) -> None:
    document, text = SEALED[name]
    content = text()
    assert flips(content, document) > 6 * len(content)


@pytest.mark.parametrize("name", SEALED)
def test_what_somebody_edits_is_told_apart(name: str) -> None:
    document, text = SEALED[name]
    plain = json.loads(text())
    key = next(key for key, value in plain.items() if isinstance(value, dict) and value)
    assert document.parse(json.dumps(plain, indent=7)) == document.parse(text())
    changed = {**plain, key: dict(list(plain[key].items())[:-1])}
    with pytest.raises(ValueError, match="damaged, or was edited"):
        document.parse(json.dumps(changed))
    del plain[DIGEST]
    assert document.parse(json.dumps(plain)) == document.parse(text())


def test_a_damaged_calibration_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "ranges.json"
    path.write_bytes(ranges().replace(b'"low":-1.0', b'"low":-3.0', 1))
    with pytest.raises(InputError, match="damaged, or was edited") as caught:
        read_statistics(path, graph())
    assert "\n" not in str(caught.value)
