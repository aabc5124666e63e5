"""Where what is no Python lies: inside an installed wheel, or in the checkout beside us."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def firmware_dir() -> Path:
    """Folder with `include`, `kernels`, `runtime` and `ports`."""
    shipped = _PACKAGE / "_shipped" / "firmware"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "firmware"


def schemas_dir() -> Path:
    """Folder of the JSON Schemas: `NAME.v1.json` of every kind of JSON that mcuq writes."""
    shipped = _PACKAGE / "_shipped" / "schemas"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "schemas"


def example_dir(name: str) -> Path:
    """Folder of an example's model and data, as `mcuq init --example NAME` copies it."""
    return _PACKAGE / "examples" / name
