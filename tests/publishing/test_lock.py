"""requirements.lock has a version, within its bounds, of all that is installed for development."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = ("dev", "onnx", "dask")
PINNED = re.compile(
    r"^(?P<what>[^#\s][^\\\n]*==[^\\\n]*)\\\n(?P<hashes>(?: +--hash=sha256:.*\n)+)", re.M
)
SYSTEMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def locked() -> list[Requirement]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = [Requirement(match["what"].strip()) for match in PINNED.finditer(text)]
    assert len(found) == len(re.findall(r"^[^#\s]", text, re.M)), "every line has its hashes"
    return found


def asked_for() -> list[str]:
    """What the wheel needs and the extras name, those that extras name themselves included."""
    found = [*PROJECT["dependencies"]]
    waiting = [*EXTRAS]
    while waiting:
        for text in PROJECT["optional-dependencies"][waiting.pop()]:
            asked = Requirement(text)
            if asked.name == PROJECT["name"]:
                waiting += asked.extras
            else:
                found.append(text)
    return found


def key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(("system", "machine"), SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_all_that_is_asked_for_is_locked(system: str, machine: str, python: str) -> None:
    here = default_environment() | {
        "sys_platform": system,
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "extra": "",
    }
    versions: dict[str, Version] = {}
    for one in locked():
        if one.marker is None or one.marker.evaluate(here):
            assert key(one.name) not in versions, f"{one.name} twice"
            (pin,) = one.specifier
            versions[key(one.name)] = Version(pin.version)
    for text in asked_for():
        asked = Requirement(text)
        if asked.marker is None or asked.marker.evaluate(here):
            version = versions.get(key(asked.name))
            assert version is not None, f"{text}: nox -s lock"
            assert asked.specifier.contains(version, prereleases=True), f"{text}: nox -s lock"


def test_the_pythons_are_those_of_the_classifiers() -> None:
    named = re.findall(r"Python :: (3\.\d+)\b", "\n".join(PROJECT["classifiers"]))
    assert named == PYTHONS
