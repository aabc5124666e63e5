"""JavaScript that the page embeds: what the lock file says, with its licence."""

from __future__ import annotations

import json
import re

import pytest

from mcuq.report.libraries import GRAPHS, LIBRARIES, PLOTS, VENDOR, Library


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.package)
def test_a_library_is_embedded_with_its_licence_and_loads_nothing(library: Library) -> None:
    script = library.script()
    assert library.licence().read_text(encoding="utf-8") in script
    assert library.locked()["license"] == "MIT"
    assert script.startswith(f"/*!\n{library.package} {library.locked()['version']}\n")
    assert "</script" not in script
    assert "sourceMappingURL" not in script


def test_files_are_of_the_locked_versions() -> None:
    (version,) = re.findall(
        r"plotly\.js \(basic - minified\) v(\S+)", PLOTS.path().read_text("utf-8")
    )
    assert version == PLOTS.locked()["version"]
    assert f'"{GRAPHS.locked()["version"]}"' in GRAPHS.path().read_text("utf-8")
    wanted = json.loads((VENDOR / "package.json").read_text())["dependencies"]
    assert wanted == {one.package: one.locked()["version"] for one in LIBRARIES}
