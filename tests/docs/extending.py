"""The worked examples of docs/extending.md: what each step changes, applied to a copy of the tree.

A step is a line that names a file, and the fenced block below it.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "extending.md"
_PARTS = ("boards", "docs", "firmware", "hil", "scripts", "tests", "toolchain")
_STEP = re.compile(
    r"^(?:New file `(?P<new>[^`]+)`"
    r"|In `(?P<path>[^`]+)`, (?P<how>at the end|below|in place of)(?: `(?P<line>[^`\n]*)`)?)"
    r":\n\n```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One change.

    Attributes:
        path: from the root of the tree.
        how: "new", "at the end", "below" or "in place of" `line`.
    """

    path: str
    how: str
    line: str
    text: str

    def take_out(self, tree: Path) -> None:
        """Undo the change; AssertionError where the file is not as the step leaves it."""
        path = tree / self.path
        text = path.read_text(encoding="utf-8")
        if self.how == "new":
            assert text == self.text, f"{self.path} is not as quoted"
            path.unlink()
            return
        end = self.how == "at the end"
        line = "" if end else f"{self.line}\n"
        before = {"at the end": "\n\n", "below": line}.get(self.how, "")
        quoted = before + self.text
        assert text.count(quoted) == 1, f"{self.path} does not hold what is quoted:\n{self.text}"
        assert not end or text.endswith(quoted), f"{self.path} goes on behind what is quoted"
        path.write_text(text.replace(quoted, line), encoding="utf-8")

    def apply(self, tree: Path) -> None:
        """Change the file; AssertionError where it is not as the step says."""
        path = tree / self.path
        assert path.exists() != (self.how == "new"), self.path
        if self.how == "new":
            path.write_text(self.text, encoding="utf-8")
            return
        text = path.read_text(encoding="utf-8")
        if self.how == "at the end":
            path.write_text(f"{text}\n\n{self.text}", encoding="utf-8")
            return
        line = f"{self.line}\n"
        assert text.count(line) == 1, f"{self.path} has no one line {self.line!r}"
        kept = line if self.how == "below" else ""
        path.write_text(text.replace(line, kept + self.text), encoding="utf-8")


def section(title: str) -> list[Step]:
    """The steps below a heading, in order."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    return steps(text)


def steps(text: str) -> list[Step]:
    """The steps that a text says, in order."""
    return [
        Step(m["new"] or m["path"], m["how"] or "new", m["line"] or "", m["text"])
        for m in _STEP.finditer(text)
    ]


def copy_tree(folder: Path) -> Path:
    """A copy of all that the examples need."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for part in _PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder
