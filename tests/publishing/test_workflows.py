"""Workflows and the action keep GitHub's schemas, and what they call is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCHEMAS = [("github-workflows", path) for path in WORKFLOWS]
SCHEMAS.append(("github-actions", ROOT / "action.yml"))


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def commands() -> list[tuple[str, str]]:
    """(workflow, line) of everything that a step runs."""
    return [
        (path.name, line)
        for path in WORKFLOWS
        for job in read(path)["jobs"].values()
        for step in job["steps"]
        for line in str(step.get("run", "")).splitlines()
    ]


@pytest.mark.parametrize(
    ("schema", "path"), SCHEMAS, ids=lambda value: getattr(value, "name", value)
)
def test_they_keep_the_schema(schema: str, path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    run = subprocess.run([*check, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_workflows_call_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    sessions = set(re.findall(r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.M))
    found = 0
    for workflow, line in commands():
        for target in re.findall(r"^make (\S+)", line):
            assert re.search(rf"^{target}:", makefile, re.M), f"{workflow}: {line}"
            found += 1
        for script in re.findall(r"(scripts/\S+\.py|\.ci/run)", line):
            assert (ROOT / script).is_file(), f"{workflow}: {line}"
            found += 1
    assert found >= 3
    asked = {"tests", *(each["session"] for each in bounds())}
    assert asked <= sessions


def bounds() -> list[dict[str, str]]:
    matrix: list[dict[str, str]] = read(ROOT / ".github/workflows/tests.yml")["jobs"]["bounds"][
        "strategy"
    ]["matrix"]["include"]
    return matrix


def test_every_python_of_the_classifiers_is_tried() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)
    matrix = read(ROOT / ".github/workflows/tests.yml")["jobs"]["pythons"]["strategy"]["matrix"]
    assert matrix["python"] == named
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_only_the_job_that_publishes_may_ask_for_an_identity() -> None:
    jobs = read(ROOT / ".github/workflows/release.yml")["jobs"]
    asking = [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})]
    assert asking == ["publish"]
    assert not any(step.get("run", "").count("pip install") for step in jobs["publish"]["steps"])
