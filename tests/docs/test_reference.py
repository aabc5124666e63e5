"""docs/reference/ is what the code says, and every page's links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    path = ROOT / "scripts" / "generate_reference.py"
    spec = importlib.util.spec_from_file_location("generate_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_up_to_date(generator: ModuleType) -> None:
    written = {path.name: path.read_text() for path in (ROOT / "docs/reference").glob("*.md")}
    wanted = generator.pages()
    assert sorted(written) == sorted(wanted), "run: python scripts/generate_reference.py"
    for name, text in wanted.items():
        assert written[name] == text, f"{name}: run: python scripts/generate_reference.py"


def test_every_option_and_key_is_explained(generator: ModuleType) -> None:
    for name, text in generator.pages().items():
        if name.startswith("mcuq-"):
            empty = re.findall(r"^\| (`[^|]*) \|  \|$", text, re.MULTILINE)
            assert empty == [], f"{name}: no help for {empty}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
