"""JavaScript of others that the page embeds: in the tree as npm has it, with its licence.

`scripts/page_libraries.py` brings it; versions and hashes stand in `page/vendor/package-lock.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent / "page" / "vendor"


@dataclass(frozen=True)
class Library:
    """A package of npm, of which one file is embedded.

    Attributes:
        package: its name there.
        file: in the package.
    """

    package: str
    file: str

    def path(self, folder: Path = VENDOR) -> Path:
        """Where the file lies."""
        return folder / Path(self.file).name

    def licence(self, folder: Path = VENDOR) -> Path:
        """Where its licence lies."""
        return folder / f"{Path(self.file).name}.LICENSE"

    def locked(self) -> dict[str, str]:
        """`version`, `license` and `integrity`, as npm's lock file says them."""
        lock = json.loads((VENDOR / "package-lock.json").read_text(encoding="utf-8"))
        found: dict[str, str] = lock["packages"][f"node_modules/{self.package}"]
        return found

    def script(self) -> str:
        """The licence as a comment, then the code; it cannot end a script element."""
        # A source map would be looked for beside the page.
        lines = self.path().read_text(encoding="utf-8").split("\n")
        code = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
        about = f"{self.package} {self.locked()['version']}\n\n{self.licence().read_text('utf-8')}"
        return f"/*!\n{about}*/\n{code}".replace("</script", "<\\/script")


PLOTS = Library("plotly.js-basic-dist-min", "plotly-basic.min.js")
"""Points, lines and bars: a quarter of all of Plotly."""
GRAPHS = Library("@dagrejs/dagre", "dist/dagre.min.js")
"""Where the nodes of a graph are drawn."""
LIBRARIES = (PLOTS, GRAPHS)
