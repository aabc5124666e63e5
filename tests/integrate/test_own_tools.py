"""Projects' metadata, read by the tools that they are for: PlatformIO's own parsers and schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.integrate import write_project
from mcuq.integrate.built import load_built
from mcuq.integrate.platformio import BOARDS

pytestmark = [pytest.mark.slow, pytest.mark.arm]

parser = pytest.importorskip(
    "platformio.package.manifest.parser", reason="no platformio (pip install platformio)"
)
schema = pytest.importorskip("platformio.package.manifest.schema")


def test_platformio_takes_its_library_and_arduinos(result: Path, tmp_path: Path) -> None:
    """The schema raises for what it does not take, and names what it took."""
    write_project("platformio", result, tmp_path / "p")
    write_project("arduino", result, tmp_path / "a")
    (library,) = (tmp_path / "p" / "lib").iterdir()
    for folder, frameworks in ((library, ["*"]), (tmp_path / "a", ["arduino"])):
        found = parser.ManifestParserFactory.new_from_dir(str(folder)).as_dict()
        taken = schema.ManifestSchema().load_manifest(found)
        assert taken["frameworks"] == frameworks
        (header,) = taken["headers"]
        assert (folder / "src" / header).is_file()


def test_platformio_reads_the_project(result: Path, tmp_path: Path) -> None:
    from platformio.project.config import ProjectConfig

    write_project("platformio", result, tmp_path / "p")
    config = ProjectConfig(str(tmp_path / "p" / "platformio.ini"))
    assert config.validate(silent=True)
    (environment,) = config.envs()
    wanted = BOARDS.get(load_built(result).board, ("YOUR_PLATFORM", "YOUR_BOARD"))
    assert tuple(config.get(f"env:{environment}", key) for key in ("platform", "board")) == wanted
