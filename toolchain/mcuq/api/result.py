"""A finished result in hand: its figures, its pages and its files."""

from __future__ import annotations

import io
import webbrowser
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mcuq.report.notebook import notebook_html
from mcuq.report.store import PAGE, read_report
from mcuq.report.summary import summary
from mcuq.report.wording import metric_title, metric_value
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes

_WIDTH = 120
"""Characters of a summary's lines."""
_HEIGHT = 720
"""Pixels of a report in a notebook."""


class Text(str):
    """Text that a console and a notebook show as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Page:
    """A page of HTML: shown by a notebook, or by `open` in the browser."""

    path: Path

    def open(self) -> bool:
        """In the browser; whether there is one."""
        return webbrowser.open(self.path.resolve().as_uri())

    def _repr_html_(self) -> str:
        page = escape(self.path.read_text(encoding="utf-8"))
        return f'<iframe srcdoc="{page}" style="width:100%;height:{_HEIGHT}px;border:0"></iframe>'


class Build:
    """What `mcuq build` wrote into a folder.

    Args:
        folder: of the result.

    Raises:
        InputError: there is none, or another version wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._report = read_report(folder)

    @property
    def manifest(self) -> Manifest:
        """Every figure: `manifest.result.flash_bytes`, `manifest.verification.equal_device` …"""
        return self._report.manifest

    @property
    def front(self) -> Front:
        """The candidates of the search that no other beats."""
        return self._report.front

    @property
    def configuration(self) -> ConfigFile:
        """What every tensor became."""
        return self._report.config

    @property
    def model(self) -> Path:
        """The flatbuffer that TensorFlow Lite Micro runs."""
        return self.folder / "model.tflite"

    @property
    def sources(self) -> Path:
        """The folder of the C project."""
        return self.folder / "model"

    @property
    def firmware(self) -> Path:
        """The image, as an ELF."""
        return self.folder / "firmware.elf"

    def summary(self) -> Text:
        """What the terminal shows at the end of a build."""
        from rich.console import Console

        console = Console(file=io.StringIO(), width=_WIDTH, color_system=None)
        console.print(summary(self.manifest))
        assert isinstance(console.file, io.StringIO)
        return Text(console.file.getvalue())

    def report(self) -> Page:
        """The page with every figure and plot."""
        return Page(self.folder / PAGE)

    def __repr__(self) -> str:
        manifest = self.manifest
        result = manifest.result
        parts = [
            f"{manifest.model} on {manifest.target.name}",
            f"flash {format_bytes(result.flash_bytes)}",
            f"RAM {format_bytes(result.ram_bytes)}",
        ]
        if result.quantized is not None:
            parts.insert(1, f"{metric_title(manifest)} {metric_value(manifest, result.quantized)}")
        return f"<Build {', '.join(parts)}, in {self.folder}>"

    def _repr_html_(self) -> str:
        return notebook_html(self.manifest)
