"""mypy looks at every script."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_script_is_type_checked() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    folder = ROOT / "scripts"
    assert settings["modules"] == sorted(path.stem for path in folder.glob("*.py"))
    packages = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    assert set(packages) <= set(settings["packages"])
