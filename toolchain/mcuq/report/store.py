"""The three JSON files and the page of an output directory, written and read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcuq.report.configuration import ConfigFile
from mcuq.report.front import Front
from mcuq.report.manifest import Manifest

MANIFEST, FRONT, CONFIG, PAGE = "manifest.json", "pareto.json", "config.json", "report.html"


@dataclass(frozen=True)
class Report:
    """All that is told about a result."""

    manifest: Manifest
    front: Front
    config: ConfigFile


def write_report(report: Report, folder: Path) -> None:
    """Write `manifest.json`, `pareto.json`, `config.json` and `report.html` into `folder`."""
    for name, value in (
        (MANIFEST, report.manifest),
        (FRONT, report.front),
        (CONFIG, report.config),
    ):
        (folder / name).write_text(value.to_json(), encoding="utf-8", newline="\n")
    write_page(report, folder / PAGE)


def write_page(report: Report, path: Path) -> None:
    """Write the page alone."""
    from mcuq.report.html import report_html

    page = report_html(report.manifest, report.front, report.config)
    path.write_text(page, encoding="utf-8", newline="\n")


def read_report(folder: Path) -> Report:
    """What an earlier build wrote into `folder`.

    Raises:
        InputError: not such a directory, or another version wrote it.
    """
    return Report(
        Manifest.read(folder / MANIFEST),
        Front.read(folder / FRONT),
        ConfigFile.read(folder / CONFIG),
    )


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`, or in the output directory `path`.

    Raises:
        InputError: no such file, or another version wrote it.
    """
    return Manifest.read(path / MANIFEST if path.is_dir() else path)
