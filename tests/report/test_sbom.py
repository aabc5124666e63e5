"""The bill of material of an image lists what the linker took, and nothing else."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mcuq.compiler import build_firmware
from mcuq.report.sbom import image_sbom
from mcuq.resources import firmware_dir
from mcuq_hil import load_board

pytestmark = pytest.mark.arm


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    shutil.copytree(firmware_dir() / "selftest", folder / "model")
    build_firmware(load_board("nucleo-g071rb"), folder / "model", folder)
    return folder


def document(folder: Path) -> dict[str, Any]:
    found = json.loads(image_sbom(folder))
    assert isinstance(found, dict)
    return found


def test_it_is_spdx(built: Path) -> None:
    found = document(built)
    assert found["spdxVersion"] == "SPDX-2.3" and found["dataLicense"] == "CC0-1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["creationInfo"]["created"])
    ids = [package["SPDXID"] for package in found["packages"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", one) for one in ids)
    for relation in found["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= {
            *ids,
            "SPDXRef-DOCUMENT",
        }
    for package in found["packages"]:
        assert {"name", "downloadLocation", "licenseDeclared", "licenseConcluded"} <= set(package)


def test_it_names_the_image_and_what_is_linked(built: Path) -> None:
    packages = {package["name"]: package for package in document(built)["packages"]}
    image = packages["firmware"]["checksums"][0]["checksumValue"]
    assert image == hashlib.sha256((built / "firmware.bin").read_bytes()).hexdigest()
    command = ["arm-none-eabi-nm", str(built / "firmware.elf")]
    symbols = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert ("memcpy" in symbols) == ("memcpy" in packages["newlib"]["comment"])
    assert ("__aeabi_uidiv" in symbols) == ("libgcc" in packages)
    assert "cmsis-nn" not in packages and "mcuq-kernels" not in packages
    assert packages["mcuq-runtime"]["licenseDeclared"] == "Apache-2.0"
    assert packages["newlib"]["versionInfo"]


def test_equal_images_have_equal_documents(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = image_sbom(built)
    assert image_sbom(built) == first and str(built) not in first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert document(built)["creationInfo"]["created"] == "2023-11-14T22:13:20Z"
