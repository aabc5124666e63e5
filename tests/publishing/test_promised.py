"""Nothing that STABILITY.md promises goes unnoticed, and what is new is promised, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import promised


def test_the_record_names_what_there_is() -> None:
    recorded = json.loads(promised.RECORD.read_text(encoding="utf-8"))
    now = promised.promised()
    assert promised.removed(recorded, now) == [], "see STABILITY.md"
    assert recorded == now, "python scripts/promised.py"
    assert all(len(names) > 5 for names in now.values())


def test_of_a_header_macros_and_functions_are_promised() -> None:
    text = "#ifndef X_H\n#define X_H\n#define X_BYTES 3\n/* f(x) */\nint8_t *x_input(uint32_t i);\n"
    assert promised.c_names(text + "static inline void x_init(void)\n") == [
        "X_BYTES",
        "x_input",
        "x_init",
    ]


def test_a_name_is_not_taken_out_unasked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "promised.json"
    before = promised.promised()
    before["Python"] = [*before["Python"], "gone"]
    record.write_text(json.dumps(before), encoding="utf-8")
    monkeypatch.setattr(promised, "RECORD", record)
    monkeypatch.setattr("sys.argv", ["promised.py"])
    assert promised.main() == 1
    assert "promised, and gone: gone" in capsys.readouterr().err
    assert json.loads(record.read_text(encoding="utf-8")) == before
    monkeypatch.setattr("sys.argv", ["promised.py", "--break"])
    assert promised.main() == 0
    assert "gone" not in json.loads(record.read_text(encoding="utf-8"))["Python"]
