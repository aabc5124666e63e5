"""A release is refused by name for whatever does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import mcuq
from release_check import faults

VERSION = mcuq.__version__
CHANGELOG = f"# Changes\n\n## {VERSION} (2026-11-30)\n\n- x\n\n## 0.0.1 (2026-01-01)\n"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    wheel = f"mcuq-{VERSION}-py3-none-any.whl"
    for name in (wheel, f"{wheel}.spdx.json", f"mcuq-{VERSION}.tar.gz"):
        (tmp_path / name).touch()
    return tmp_path


def test_what_fits_is_released(dist: Path) -> None:
    assert faults(f"v{VERSION}", dist, CHANGELOG) == []


@pytest.mark.parametrize(
    ("tag", "changelog", "says"),
    [
        ("v9.9.9", CHANGELOG, "the tag is v9.9.9"),
        (VERSION, CHANGELOG, f"the tag is {VERSION}"),
        (f"v{VERSION}", CHANGELOG.replace("2026-11-30", "unreleased"), "(unreleased)'"),
        (f"v{VERSION}", "# Changes\n", "'missing'"),
    ],
)
def test_what_does_not_fit_is_named(dist: Path, tag: str, changelog: str, says: str) -> None:
    (fault,) = faults(tag, dist, changelog)
    assert says in fault


def test_packages_of_another_version_are_named(dist: Path) -> None:
    (dist / "mcuq-0.0.1.tar.gz").touch()
    (fault,) = faults(f"v{VERSION}", dist, CHANGELOG)
    assert "mcuq-0.0.1.tar.gz" in fault
    assert len(faults(f"v{VERSION}", dist / "missing", CHANGELOG)) == 1
