"""The bill of material of an image: what the linker took, from whom, under which licence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import mcuq
from mcuq.compiler.chosen import compiler
from mcuq.compiler.clang import RUNTIME
from mcuq.compiler.mapfile import flash_contributions, library_members
from mcuq.compiler.toolchain import compiler_version, newlib_version
from mcuq.spdx import UNKNOWN, Package, Relation, spdx_text

SBOM = "sbom.spdx.json"
_OURS = "Apache-2.0"
_MODEL = "model"


def image_sbom(folder: Path, models: Sequence[str] = ()) -> str:
    """Text of `sbom.spdx.json` for the image that lies in `folder` with its map.

    Whatever is not in the linker's map is not in the list: functions that no model calls are not
    linked.

    Args:
        models: names of an image's several models, each of which is a package of its own; none:
            what is in `model/` is one.
    """
    binary = (folder / "firmware.bin").read_bytes()
    map_text = (folder / "firmware.map").read_text(encoding="utf-8")
    sizes = flash_contributions(map_text)
    digest = hashlib.sha256(binary).hexdigest()
    image = Package(
        "firmware",
        UNKNOWN,
        purpose="FIRMWARE",
        sha256=digest,
        comment=f"firmware.bin, {len(binary)} bytes; the model's licence is its owner's to say",
    )
    owners = _owners(models)
    own = [_own(name, sizes, owners) for name in owners]
    libraries = _libraries(sizes, library_members(map_text), owners)
    used = compiler()
    tool = Package(
        used.name, used.licence, version=used.version, purpose="APPLICATION", home=used.home
    )
    relations = [Relation(image, "CONTAINS", part) for part in own if part is not None]
    relations += [Relation(image, "STATIC_LINK", library) for library in libraries]
    relations.append(Relation(tool, "BUILD_TOOL_OF", image))
    return spdx_text(image, relations, digest[:32], f"mcuq-{mcuq.__version__}")


_Owners = Mapping[str, tuple[str, ...]]
"""Package → how its units are called in the map; a unit belongs to the first."""


def _owners(models: Sequence[str]) -> _Owners:
    named = {f"{_MODEL}-{name}": (f"model/{name}.c",) for name in models}
    return {
        "mcuq-runtime": ("runtime/", "mlperf/", "ports/", "freestanding/"),
        "mcuq-kernels": ("model/kernels/",),
        "cmsis-nn": ("model/cmsis-nn/", "libcmsis-nn.a"),
        **named,
        _MODEL: ("model/",),
    }


def _own(name: str, sizes: Mapping[str, int], owners: _Owners) -> Package | None:
    """What was compiled here; None where nothing of it was linked."""
    units = {unit: size for unit, size in sizes.items() if _owner(unit, owners) == name}
    if not units:
        return None
    is_ours = name.startswith("mcuq-")
    comment = f"{sum(units.values())} bytes of flash: {', '.join(sorted(units))}"
    return Package(
        name,
        UNKNOWN if name.startswith(_MODEL) else _OURS,
        version=mcuq.__version__ if is_ours else "",
        supplier="Organization: Arm Limited" if name == "cmsis-nn" else UNKNOWN,
        purpose="SOURCE",
        home="https://github.com/ARM-software/CMSIS-NN" if name == "cmsis-nn" else "",
        comment=comment,
    )


def _owner(unit: str, owners: _Owners) -> str:
    return next((name for name, starts in owners.items() if unit.startswith(starts)), "")


def _libraries(
    sizes: Mapping[str, int], members: Mapping[str, tuple[str, ...]], owners: _Owners
) -> list[Package]:
    """The compiler's libraries of which something was linked."""
    found = []
    for archive, taken in members.items():
        if _owner(archive, owners):
            continue
        comment = f"{sizes.get(archive, 0)} bytes of flash from {archive}: {', '.join(taken)}"
        if archive.startswith("libc"):
            home = "https://sourceware.org/newlib"
            found.append(
                Package("newlib", UNKNOWN, newlib_version(), home=home, comment=comment + _NEWLIB)
            )
        elif archive == "libgcc.a":
            licence = "GPL-3.0-or-later WITH GCC-exception-3.1"
            home = "https://gcc.gnu.org"
            found.append(Package("libgcc", licence, compiler_version(), home=home, comment=comment))
        else:
            found.append(Package(archive, UNKNOWN, comment=comment))
    if RUNTIME in sizes:
        used = compiler()
        comment = f"{sizes[RUNTIME]} bytes of flash"
        found.append(
            Package(f"zig-{RUNTIME}", used.licence, used.version, home=used.home, comment=comment)
        )
    return found


_NEWLIB = "; newlib's files have licences of their own, listed in its COPYING.NEWLIB"
