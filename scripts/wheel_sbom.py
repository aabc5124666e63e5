"""Write the SPDX bill of material of a wheel beside it: wheel_sbom.py dist/mcuq-*.whl

It lists what the wheel needs to run, extras left out, as it is installed here: versions and
licences are those of the installed packages.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import zipfile
from email.parser import HeaderParser
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from mcuq.report.libraries import LIBRARIES
from mcuq.spdx import UNKNOWN, Package, Relation, spdx_text

KNOWN = {"tflite-micro": "Apache-2.0"}
"""Packages whose metadata names no licence → the one that their project states."""
_WORDS = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "MIT License": "MIT",
    "MIT": "MIT",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "Public Domain": "LicenseRef-public-domain",
    "Public domain": "LicenseRef-public-domain",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-only",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Apache License v2.0 with LLVM Exceptions": "Apache-2.0 WITH LLVM-exception",
}
"""What old metadata says → SPDX."""


def licence(name: str, found: Distribution) -> str:
    """SPDX expression of an installed package; UNKNOWN where its metadata does not say."""
    about = found.metadata
    if expressions := about.get_all("License-Expression"):
        return str(expressions[0])
    classifiers = (one.rpartition("::")[2].strip() for one in about.get_all("Classifier") or ())
    words = [*classifiers, *(text.strip() for text in about.get_all("License") or ())]
    told = next((_WORDS[word] for word in words if word in _WORDS), "")
    return told or KNOWN.get(name, UNKNOWN)


def needed(requirements: list[str]) -> list[str]:
    """Names of the packages that requirements ask for on this machine, extras left out."""
    parsed = [Requirement(text) for text in requirements]
    kept = [one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return sorted({re.sub(r"[-_.]+", "-", one.name).lower() for one in kept})


def wheel_sbom(wheel: Path) -> str:
    """The document's text."""
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        about = HeaderParser().parsestr(archive.read(place).decode())
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    home = "https://pypi.org/project/"
    root = Package(
        str(about["Name"]),
        str(about["License-Expression"]),
        version=str(about["Version"]),
        purpose="APPLICATION",
        sha256=digest,
    )
    relations: list[Relation] = []
    packages = {root.name: root}
    waiting = [(root, needed(about.get_all("Requires-Dist") or []))]
    while waiting:
        whose, names = waiting.pop(0)
        for name in names:
            fresh = name not in packages
            package, requirements = _installed(name, home)
            packages.setdefault(name, package)
            relations.append(Relation(whose, "DEPENDS_ON", packages[name]))
            if fresh:
                waiting.append((packages[name], needed(requirements)))
    relations += [Relation(root, "CONTAINS", package) for package in _embedded()]
    return spdx_text(root, relations, digest[:32], f"mcuq-{root.version}")


def _embedded() -> list[Package]:
    """JavaScript that is in the wheel."""
    return [
        Package(
            library.package,
            library.locked()["license"],
            library.locked()["version"],
            home=f"https://www.npmjs.com/package/{library.package}",
        )
        for library in LIBRARIES
    ]


def _installed(name: str, home: str) -> tuple[Package, list[str]]:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Package(name, UNKNOWN, home=f"{home}{name}", comment="not installed here"), []
    package = Package(name, licence(name, found), found.version, home=f"{home}{name}")
    return package, found.requires or []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheel", type=Path)
    wheel: Path = parser.parse_args().wheel
    target = wheel.with_name(f"{wheel.name}.spdx.json")
    target.write_text(wheel_sbom(wheel), encoding="utf-8", newline="\n")
    print(target)


if __name__ == "__main__":
    main()
