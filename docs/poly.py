"""The documentation of every release and of main, side by side: `make versions`.

Run by sphinx-polyversion, from the repository's root. Each version is built from its own commit;
its pages list the others.
"""

from pathlib import Path

from packaging.version import Version
from sphinx_polyversion import apply_overrides
from sphinx_polyversion.driver import DefaultDriver
from sphinx_polyversion.environment import Environment
from sphinx_polyversion.git import Git, GitRef, GitRefType
from sphinx_polyversion.sphinx import SphinxBuilder

OUTPUT_DIR = "site"
SEQUENTIAL = False
MOCK = False
apply_overrides(globals())

_ROOT = Path(__file__).resolve().parents[1]


def _newest_first(references: list[GitRef]) -> list[str]:
    """Releases by their numbers, then branches."""
    releases = [one.name for one in references if one.type_ == GitRefType.TAG]
    branches = [one.name for one in references if one.type_ != GitRefType.TAG]
    return [*sorted(releases, key=Version, reverse=True), *sorted(branches)]


def _for_pages(driver: DefaultDriver, shown: GitRef, _: Environment) -> dict[str, object]:
    """What `docs/_templates/versions.html` lists."""
    return {"version_shown": shown.name, "versions": _newest_first(list(driver.targets))}


def _for_root(driver: DefaultDriver) -> dict[str, object]:
    """Where the site's own address leads."""
    return {"first": _newest_first(list(driver.builds))[0]}


DefaultDriver(
    _ROOT,
    OUTPUT_DIR,
    vcs=Git(branch_regex="main", tag_regex=r"v\d+\.\d+\.\d+"),
    builder=SphinxBuilder("docs", args=["-q", "-E", "-W", "--keep-going"]),
    env=Environment,
    data_factory=_for_pages,
    root_data_factory=_for_root,
    template_dir=_ROOT / "docs" / "_root",
).run(MOCK, SEQUENTIAL)
