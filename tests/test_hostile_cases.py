"""Every hostile input that is kept elsewhere is named by a test."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).resolve().parent


def test_every_hostile_input_has_a_test(cases: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")]
    names = {path.stem for path in (cases / "hostile").iterdir()}
    assert len(names) > 16
    assert not {name for name in names if not any(name in text for text in texts)}
