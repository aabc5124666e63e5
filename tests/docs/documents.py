"""The documentation's commands as tests see them.

A fenced block that a reader is to type is `sh`. It is run as it stands; a word behind `sh` names
what it needs beyond a checkout (`requires-hardware`), and then it runs only where that is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIALS = sorted(path for path in DOCS.glob("tutorials/*.md") if path.stem != "index")
"""Each is done from the top to the end: test_tutorials.py runs them."""
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.glob("*.md")),
    *sorted(DOCS.glob("decisions/*.md")),
    *sorted(DOCS.glob("tutorials/*.md")),
]

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NEED = "requires-"


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        line: of its first fence.
        kind: the language, "" without one.
        needs: the rest of the `requires-` words.
    """

    page: Path
    line: int
    kind: str
    needs: tuple[str, ...]
    text: str

    @property
    def id(self) -> str:
        return ":".join([self.page.name, str(self.line), *self.needs])

    @property
    def commands(self) -> list[str]:
        """One an element: continued lines joined, comments removed, `a && b` taken apart."""
        lines = self.text.replace("\\\n", " ").splitlines()
        stripped = (re.sub(r"\s+#.*$", "", line).strip() for line in lines)
        parts = (part.strip() for line in stripped for part in line.split("&&"))
        return [part for part in parts if part and not part.startswith("#")]


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page."""
    text = page.read_text()
    found = []
    for match in _FENCE.finditer(text):
        kind, *words = match[1].split() or [""]
        needs = tuple(word.removeprefix(_NEED) for word in words if word.startswith(_NEED))
        line = text[: match.start()].count("\n") + 1
        found.append(Block(page, line, kind, needs, match[2]))
    return found


def shell_blocks(page: Path) -> list[Block]:
    """Those that a reader types."""
    return [block for block in blocks(page) if block.kind == "sh"]


def workflow_commands(page: Path) -> list[str]:
    """What the page's CI workflows run."""
    return [
        match[1].strip()
        for block in blocks(page)
        if block.kind == "yaml"
        for match in re.finditer(r"^\s*- run: (.*)$", block.text, re.MULTILINE)
    ]


def spoken_commands(page: Path) -> list[str]:
    """`mcuq …` in running text; of `a | b` the first."""
    prose = _FENCE.sub("", page.read_text())
    return [span.split("|")[0] for span in re.findall(r"`(mcuq [^`]+)`", prose)]
