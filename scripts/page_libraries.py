"""Bring the JavaScript that report.html embeds from npm: page_libraries.py

Versions and hashes are those of `package.json` and `package-lock.json` in VENDOR. For another
version change the first, run `npm install --package-lock-only --ignore-scripts` there, then this.
The files stand in the tree, so that neither a build of the wheel nor a checkout needs npm or a
network.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from mcuq.report.libraries import LIBRARIES, VENDOR


def bring(folder: Path) -> None:
    """Write every library's file and licence into `folder`; npm checks the hashes."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for listed in ("package.json", "package-lock.json"):
            shutil.copy(VENDOR / listed, work)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=work, check=True)
        for library in LIBRARIES:
            package = work / "node_modules" / library.package
            text = (package / library.file).read_text(encoding="utf-8")
            licence = (package / "LICENSE").read_text(encoding="utf-8")
            library.path(folder).write_text(text, encoding="utf-8", newline="\n")
            library.licence(folder).write_text(licence, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    bring(VENDOR)
