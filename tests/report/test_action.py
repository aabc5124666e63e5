"""action.yml: its shell steps in order, in surroundings as GitHub's runners give them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from mcuq.resources import example_dir
from mcuq.result.manifest import MANIFEST, Manifest

ACTION = yaml.safe_load((Path(__file__).resolve().parents[2] / "action.yml").read_text("utf-8"))
COMMENTS = "repos/owner/repo/issues/7/comments"

GH = """#!{python}
import json, os, sys
words = sys.argv[1:]
body = next((word[6:] for word in words if word.startswith("body=@")), None)
with open(os.environ["GH_CALLS"], "a", encoding="utf-8") as calls:
    text = None if body is None else open(body, encoding="utf-8").read()
    calls.write(json.dumps([words, text, os.environ["GH_TOKEN"]]) + "\\n")
if "--jq" in words:
    print(os.environ.get("GH_EARLIER", ""))
sys.exit(int(os.environ.get("GH_EXIT", "0")))
"""
MCUQ = """#!{python}
import sys
from mcuq.cli.main import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
PYTHON = """#!{python}
import os, sys
open(os.environ["PIP_CALLS"], "a").write(" ".join(sys.argv[1:]) + "\\n")
"""


@dataclass
class Runner:
    """A job of one step that uses the action.

    Attributes:
        folder: the checkout.
        inputs: what differs from the defaults.
        event: kind of the event; its base branch.
    """

    folder: Path
    temp: Path
    inputs: dict[str, str]
    event: str = "pull_request"
    base: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def run(self) -> int:
        """The exit code of the first step that fails, else 0."""
        defaults = {name: str(one["default"]) for name, one in ACTION["inputs"].items()}
        self.context: dict[str, Any] = {
            "inputs": defaults | {"token": "t0k3n"} | self.inputs,
            "github": {
                "event_name": self.event,
                "event": {"pull_request": {"number": "7"}},
            },
            "steps": {},
        }
        for step in ACTION["runs"]["steps"]:
            if "run" in step and self._holds(step.get("if", "true")):
                code = self._step(step)
                if code:
                    return code
        return 0

    def _step(self, step: dict[str, Any]) -> int:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input in a script would be a command"
        output = self.temp / "output"
        output.write_text("", encoding="utf-8")
        given = {name: self._filled(value) for name, value in step.get("env", {}).items()}
        github = {
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_BASE_REF": self.base,
            "GITHUB_REPOSITORY": "owner/repo",
            "GITHUB_ACTION_PATH": "/action",
            "RUNNER_TEMP": str(self.temp),
        }
        script = self.temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        run = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=self.folder,
            env=os.environ | github | self.environment | given,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += run.stdout + run.stderr
        lines = output.read_text(encoding="utf-8").splitlines()
        if "id" in step:
            outputs = dict(line.split("=", 1) for line in lines)
            self.context["steps"][step["id"]] = {"outputs": outputs}
        return run.returncode

    def _filled(self, text: object) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda match: self._value(match[1]), str(text))

    def _value(self, path: str) -> str:
        value: Any = self.context
        for name in path.split("."):
            value = value.get(name, {})
        return value if isinstance(value, str) else ""

    def _holds(self, condition: str) -> bool:
        def one(term: str) -> bool:
            match = re.fullmatch(r"(\S+) (==|!=) '(.*)'", term.strip())
            assert match or term == "true", term
            return not match or (self._value(match[1]) == match[3]) == (match[2] == "==")

        return all(one(term) for term in condition.split("&&"))


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for what runners have on PATH; `gh` and pip only write down what they are told."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name, text in (("gh", GH), ("mcuq", MCUQ), ("python", PYTHON)):
        (folder / name).write_text(text.format(python=sys.executable), encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_CALLS", str(folder / "gh.jsonl"))
    monkeypatch.setenv("PIP_CALLS", str(folder / "pip.txt"))
    return folder


@pytest.fixture
def runner(tmp_path: Path, tools: Path, manifest: Manifest) -> Runner:
    """A checkout with a result in `out`, of an origin whose main has one with less flash."""
    origin, folder, temp = tmp_path / "origin", tmp_path / "checkout", tmp_path / "temp"
    temp.mkdir()
    (origin / "baseline").mkdir(parents=True)
    less = manifest.result.model_copy(update={"flash_bytes": 59_000})
    before = MANIFEST.text(manifest.model_copy(update={"result": less}))
    (origin / "baseline" / "manifest.json").write_text(before, encoding="utf-8")
    for words in ("init -q -b main", "add .", "commit -q -m x"):
        git(origin, words)
    git(tmp_path, f"clone -q {origin} {folder}")
    # What a pull request changes of the baseline does not count.
    (folder / "baseline" / "manifest.json").write_text("{}", encoding="utf-8")
    (folder / "out").mkdir()
    (folder / "out" / "manifest.json").write_text(MANIFEST.text(manifest), encoding="utf-8")
    given = {"build": "false", "baseline": "baseline/manifest.json", "tolerance": "2"}
    return Runner(folder, temp, given, base="main")


def git(folder: Path, words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *shlex.split(words)], cwd=folder, check=True)


def calls(tools: Path) -> list[tuple[list[str], str | None, str]]:
    path = tools / "gh.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [tuple(json.loads(line)) for line in lines]


def test_the_difference_to_the_base_branch_is_posted_once(runner: Runner, tools: Path) -> None:
    assert runner.run() == 0, runner.said
    (asked, _, token), (posted, body, _) = calls(tools)
    assert token == "t0k3n"
    assert COMMENTS in asked
    assert posted[-1] == COMMENTS
    assert "POST" in posted
    assert body is not None
    assert body.startswith("<!-- mcuq: . -->\n### ✅")
    assert "| flash | 57.6 KB | 58.6 KB | +1.7 % |  |" in body
    summary = (runner.temp / "summary.md").read_text(encoding="utf-8")
    assert body.endswith(summary)


def test_a_later_run_writes_its_comment_anew(runner: Runner, tools: Path) -> None:
    runner.environment = {"GH_EARLIER": "41\n42"}
    assert runner.run() == 0, runner.said
    words, _, _ = calls(tools)[-1]
    assert words[-1] == "repos/owner/repo/issues/comments/41"
    assert "PATCH" in words


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"tolerance": "1"}, "flash went from 57.6 KB to 58.6 KB"),
        ({"max-flash": "58K"}, r"flash is 60,000, above the gate of 59,392"),
        ({"max-ram": "8K"}, "RAM is 12,288, above the gate of 8,192"),
        ({"min-accuracy": "0.99"}, r"top1 is 0.98, below the gate of 0.99"),
        ({"max-instructions": "1000000"}, "instructions is 1,060,000, above"),
        ({"max-cycles": "1000"}, r"cycles \(estimated\) was not measured"),
    ],
)
def test_a_gate_that_breaks_fails_the_job_and_is_posted(
    runner: Runner, tools: Path, inputs: dict[str, str], says: str
) -> None:
    runner.inputs |= inputs
    assert runner.run() == 6
    body = calls(tools)[-1][1]
    assert body is not None
    assert "❌" in body
    assert says in body


def test_what_cannot_be_posted_is_a_warning(runner: Runner) -> None:
    """A pull request from a fork may not write."""
    runner.environment = {"GH_EXIT": "1"}
    assert runner.run() == 0
    assert "::warning::the difference is not posted" in runner.said


def test_a_push_compares_with_the_tree_and_posts_nothing(
    runner: Runner, tools: Path, manifest: Manifest
) -> None:
    (runner.folder / "baseline" / "manifest.json").write_text(MANIFEST.text(manifest), "utf-8")
    runner.event, runner.base = "push", ""
    assert runner.run() == 0, runner.said
    assert calls(tools) == []


def test_a_base_branch_without_a_baseline_is_told(runner: Runner) -> None:
    runner.inputs["baseline"] = "nowhere/manifest.json"
    assert runner.run() == 0, runner.said
    assert "::notice::main has no nowhere/manifest.json yet" in runner.said


def test_usage_ends_before_anything_is_posted(runner: Runner, tools: Path) -> None:
    runner.inputs["max-flash"] = "much"
    assert runner.run() == 2
    assert calls(tools) == []


def test_an_input_is_never_a_command(runner: Runner, tools: Path) -> None:
    folder = "$(touch pwned); `touch pwned`"
    shutil.copytree(runner.folder / "out", runner.folder / folder / "out")
    runner.inputs["folder"] = folder
    assert runner.run() == 0, runner.said
    assert not list(runner.folder.rglob("pwned"))
    body = calls(tools)[-1][1]
    assert body is not None
    assert re.match(r"<!-- mcuq: [\w./-]+ -->\n", body)


@pytest.mark.parametrize(
    ("version", "what"), [("", "/action[compiler]"), ("1.2.3", "mcuq[compiler]==1.2.3")]
)
def test_what_is_installed(runner: Runner, tools: Path, version: str, what: str) -> None:
    runner.inputs["version"] = version
    assert runner.run() == 0, runner.said
    (line,) = (tools / "pip.txt").read_text(encoding="utf-8").splitlines()
    assert line == f"-m pip install --quiet {what}"


@pytest.mark.slow
@pytest.mark.arm
def test_a_build_whose_own_gate_breaks_is_posted_and_fails(runner: Runner, tools: Path) -> None:
    project = runner.folder / "digits"
    shutil.copytree(example_dir("digits"), project)
    file = project / "mcuq.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"evaluations = 12\n{text}\n[gates]\nmax_flash = '1K'\n", encoding="utf-8")
    runner.inputs |= {"build": "true", "folder": "digits", "baseline": ""}
    assert runner.run() == 6, runner.said
    body = calls(tools)[-1][1]
    assert body is not None
    assert "✓ 32 samples on the emulated" in body
