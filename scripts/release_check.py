"""Whether what is to be released is one release: its tag, its version, the changelog, the packages.

usage: python scripts/release_check.py TAG DIST
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import mcuq

ROOT = Path(__file__).resolve().parents[1]


def faults(tag: str, dist: Path, changelog: str) -> list[str]:
    """A sentence for each thing that does not fit.

    Args:
        tag: such as v0.1.0.
        dist: folder of the built packages.
        changelog: text of CHANGELOG.md, the latest release first.
    """
    version = mcuq.__version__
    found = []
    if tag != f"v{version}":
        found.append(f"the tag is {tag}, mcuq.__version__ is {version}")
    latest = re.search(r"^## (.*)$", changelog, re.MULTILINE)
    heading = latest.group(1) if latest else "missing"
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", heading):
        found.append(f"CHANGELOG.md begins with {heading!r}, not with '{version} (YYYY-MM-DD)'")
    names = sorted(path.name for path in dist.iterdir()) if dist.is_dir() else []
    wheel = f"mcuq-{version}-py3-none-any.whl"
    expected = sorted((wheel, f"{wheel}.spdx.json", f"mcuq-{version}.tar.gz"))
    if names != expected:
        found.append(f"{dist} holds {', '.join(names) or 'nothing'}, not {', '.join(expected)}")
    return found


def main() -> int:
    tag, dist = sys.argv[1:]
    found = faults(tag, Path(dist), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    for fault in found:
        print(fault, file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
