"""Software bills of material in SPDX 2.3, as JSON (https://spdx.github.io/spdx-spec/v2.3)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

_OWN_WORD = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
UNKNOWN = "NOASSERTION"
"""What is not known, or not for us to say."""


@dataclass(frozen=True)
class Package:
    """One part.

    Attributes:
        name: its own; also names it inside the document.
        licence: SPDX expression, or UNKNOWN.
        version: empty where it has none.
        supplier: `Organization: …`, or UNKNOWN.
        purpose: SPDX's word.
        sha256: of the file that it is; empty where it is no file.
        home: where it comes from; empty where that is not known.
        comment: what of it there is.
    """

    name: str
    licence: str
    version: str = ""
    supplier: str = UNKNOWN
    purpose: Literal["APPLICATION", "FIRMWARE", "LIBRARY", "SOURCE", "FILE"] = "LIBRARY"
    sha256: str = ""
    home: str = ""
    comment: str = ""

    @property
    def spdx_id(self) -> str:
        return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", self.name)


@dataclass(frozen=True)
class Relation:
    """`first` stands in a relation of SPDX's to `second`."""

    first: Package
    kind: Literal["CONTAINS", "STATIC_LINK", "DEPENDS_ON", "BUILD_TOOL_OF", "DEV_DEPENDENCY_OF"]
    second: Package


def spdx_text(described: Package, relations: Sequence[Relation], identity: str, tool: str) -> str:
    """The document about `described` and all that stands in a relation to it.

    Args:
        identity: tells this document from others: of the content, so that equal things have equal
            documents.
        tool: name and version of what writes it, as `name-version`.
    """
    parts = {described.spdx_id: described}
    for relation in relations:
        for package in (relation.first, relation.second):
            parts.setdefault(package.spdx_id, package)
    lines = [("SPDXRef-DOCUMENT", "DESCRIBES", described.spdx_id)]
    lines += [(one.first.spdx_id, one.kind, one.second.spdx_id) for one in relations]
    texts = {word for part in parts.values() for word in _OWN_WORD.findall(part.licence)}
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": described.name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{described.name}-{identity}",
        "creationInfo": {"created": _created(), "creators": [f"Tool: {tool}"]},
        "packages": [_package(package) for package in parts.values()],
        "hasExtractedLicensingInfos": [
            {"licenseId": word, "extractedText": "as the package states it", "name": word}
            for word in sorted(texts)
        ],
        "relationships": [
            {"spdxElementId": first, "relationshipType": kind, "relatedSpdxElement": second}
            for first, kind, second in lines
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _created() -> str:
    """SPDX wants a time: that of SOURCE_DATE_EPOCH, else the first there is."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(given) if given.isdecimal() and len(given) < 12 else 0
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _package(package: Package) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "SPDXID": package.spdx_id,
        "name": package.name,
        "downloadLocation": package.home or UNKNOWN,
        "filesAnalyzed": False,
        "supplier": package.supplier,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": package.licence,
        "copyrightText": UNKNOWN,
        "primaryPackagePurpose": package.purpose,
    }
    if package.version:
        fields["versionInfo"] = package.version
    if package.sha256:
        fields["checksums"] = [{"algorithm": "SHA256", "checksumValue": package.sha256}]
    if package.comment:
        fields["comment"] = package.comment
    return fields
