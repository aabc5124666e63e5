"""The JSON files and the page of an output directory, written and read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcuq.document import Document, T
from mcuq.errors import InputError
from mcuq.reading import read_json_file
from mcuq.result.accuracy import ACCURACY, AccuracyFile
from mcuq.result.bundle import BUNDLE
from mcuq.result.configuration import CONFIG, ConfigFile
from mcuq.result.front import FRONT, Front
from mcuq.result.manifest import MANIFEST, Manifest

PAGE = "report.html"
MANIFEST_FILE = f"{MANIFEST.name}.json"


@dataclass(frozen=True)
class Report:
    """All that is told about a result.

    Attributes:
        accuracy: None where nothing was evaluated, and of results from before it was written.
    """

    manifest: Manifest
    front: Front
    config: ConfigFile
    accuracy: AccuracyFile | None = None


def write_report(report: Report, folder: Path) -> None:
    """Write `manifest.json`, `pareto.json`, `config.json`, `accuracy.json` where there is something
    to say, and `report.html` into `folder`."""
    texts: list[tuple[Document[Any], str]] = [
        (MANIFEST, MANIFEST.text(report.manifest)),
        (FRONT, FRONT.text(report.front)),
        (CONFIG, CONFIG.text(report.config)),
    ]
    if report.accuracy is not None:
        texts.append((ACCURACY, ACCURACY.text(report.accuracy)))
    for document, text in texts:
        _path(document, folder).write_text(text, encoding="utf-8", newline="\n")
    write_page(report, folder / PAGE)


def write_page(report: Report, path: Path) -> None:
    """Write the page alone."""
    from mcuq.report.html import report_html

    page = report_html(report.manifest, report.front, report.config, report.accuracy)
    path.write_text(page, encoding="utf-8", newline="\n")


def read_report(folder: Path) -> Report:
    """What an earlier build wrote into `folder`.

    Raises:
        InputError: not such a directory, or another version wrote it.
    """
    return Report(
        read_document(MANIFEST, _path(MANIFEST, folder)),
        read_document(FRONT, _path(FRONT, folder)),
        read_document(CONFIG, _path(CONFIG, folder)),
        read_accuracy(folder),
    )


def read_accuracy(folder: Path) -> AccuracyFile | None:
    """Where the accuracy of a result goes; None where it does not say.

    Raises:
        InputError: another version wrote it.
    """
    path = _path(ACCURACY, folder)
    return read_document(ACCURACY, path) if path.exists() else None


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`, or in the output directory `path`.

    Raises:
        InputError: no such file, or another version wrote it.
    """
    return read_document(MANIFEST, _path(MANIFEST, path) if path.is_dir() else path)


def _path(document: Document[Any], folder: Path) -> Path:
    return folder / f"{document.name}.json"


def read_document(document: Document[T], path: Path) -> T:
    """What `path` holds; raises InputError, as the others."""
    if not path.is_file():
        if (path.parent / f"{BUNDLE.name}.json").is_file():
            raise InputError(
                f"{path.parent} is of several models in one image",
                "give the directory of one of them, as mcuq build wrote it; mcuq report and emit "
                "take several",
            )
        raise InputError(f"{path}: no such file", "give the directory that mcuq build wrote")
    content = read_json_file(path, "give the directory that mcuq build wrote")
    return parse_document(document, content, str(path))


def parse_document(document: Document[T], content: bytes, place: str) -> T:
    """What `content` holds, which is from `place`; raises InputError, as the others."""
    try:
        return document.parse(content)
    except ValueError as error:
        raise InputError(
            f"{place}: {error}", "give what this mcuq wrote, or build again"
        ) from error
