"""CMSIS packs: a part's core and memories, and its SVD file (Open-CMSIS-Pack, PDSC version 1.7)."""

from __future__ import annotations

import difflib
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from mcuq_hil.boards.facts import PartFacts, Region
from mcuq_hil.boards.svd import svd_facts
from mcuq_hil.boards.vendor_xml import MOST_BYTES, number, parse_xml, read_bytes, words
from mcuq_hil.errors import BoardError

_LEVELS = ("family", "subFamily", "device", "variant")
_NAMED = {"device": "Dname", "variant": "Dvariant"}
_SHOWN = 8


@dataclass(frozen=True)
class _Device:
    """A part and what its family, subfamily and itself say of it, the innermost last."""

    name: str
    maker: str | None
    core_word: str | None
    svd: str | None
    memories: Mapping[str, Element] = field(default_factory=dict)


def read_pack(path: Path, part: str | None = None) -> PartFacts:
    """What a .pack, or the .pdsc of one, tells of a part.

    Args:
        part: its name; may be left out where the pack has one part alone.

    Raises:
        BoardError: it is none, or has no such part; names some that it has.
    """
    content = read_bytes(path)
    files: Mapping[str, bytes] | _Archive = {path.name: content}
    if zipfile.is_zipfile(io.BytesIO(content)):
        files = _Archive(content, path.name)
    name = next((each for each in files if each.lower().endswith(".pdsc")), None)
    if name is None:
        raise BoardError(f"{path.name}: no .pdsc in it", "give a .pack or .pdsc file")
    root = parse_xml(files[name], name)
    devices = {device.name: device for device in _devices(root)}
    chosen = devices[_choice(part, list(devices), path.name)]
    facts = _facts(chosen, words(root.findtext("vendor")), path.name)
    svd = next((each for each in files if chosen.svd and each.endswith(chosen.svd)), None)
    return facts.completed(svd_facts(files[svd], Path(svd).name)) if svd else facts


class _Archive(Mapping[str, bytes]):
    """The files of a zip archive, each as far as `MOST_BYTES`."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise self._broken(error) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._zip.namelist())

    def __len__(self) -> int:
        return len(self._zip.namelist())

    def __getitem__(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as stream:
                return stream.read(MOST_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            ValueError,
            RuntimeError,
            OSError,
            EOFError,
        ) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> BoardError:
        return BoardError(f"{self._name}: a damaged archive: {error}", "get the pack again")


def _devices(root: Element) -> Iterator[_Device]:
    for family in root.iterfind("devices/family"):
        yield from _below(family, _Device("", None, None, None))


def _below(element: Element, outer: _Device) -> Iterator[_Device]:
    """Its parts; a variant, most often a package, is one beside its device."""
    here = _extended(element, outer)
    if element.tag in _NAMED:
        yield here
    for each in element:
        if each.tag in _LEVELS:
            yield from _below(each, here)


def _extended(element: Element, outer: _Device) -> _Device:
    processor, debug = element.find("processor"), element.find("debug")
    memories = {
        each.get("name") or each.get("id") or "": each for each in element.iterfind("memory")
    }
    return _Device(
        name=words(element.get(_NAMED.get(element.tag, ""))) or outer.name,
        maker=words((element.get("Dvendor") or "").partition(":")[0]) or outer.maker,
        core_word=(words(processor.get("Dcore")) if processor is not None else None)
        or outer.core_word,
        svd=(debug.get("svd") if debug is not None else None) or outer.svd,
        memories={**outer.memories, **memories},
    )


def _choice(part: str | None, names: list[str], pack: str) -> str:
    if part is None and len(names) == 1:
        return names[0]
    found = [name for name in names if part and name.lower() == part.lower()]
    if found:
        return found[0]
    near = difflib.get_close_matches((part or "").upper(), names, n=_SHOWN, cutoff=0.5)
    shown = ", ".join(near or names[:_SHOWN]) or "none"
    cause = f"{pack}: it has {len(names)} parts" if part is None else f"{pack}: no part {part!r}"
    raise BoardError(cause, f"choose one with --part, such as: {shown}")


def _facts(device: _Device, vendor: str | None, source: str) -> PartFacts:
    regions = [(each, _region(name, each)) for name, each in device.memories.items()]
    known = [(each, region) for each, region in regions if region is not None]
    return PartFacts(
        part=device.name,
        maker=device.maker or vendor,
        core_word=device.core_word,
        flash=_largest(region for each, region in known if not _is_writable(each)),
        ram=_largest(region for each, region in known if _is_writable(each)),
        sources=(source,),
    )


def _region(name: str, memory: Element) -> Region | None:
    origin, size = number(memory.get("start")), number(memory.get("size"))
    return Region(words(name) or "", origin, size) if size and origin is not None else None


def _is_writable(memory: Element) -> bool:
    """RAM; older files say it by the region's id alone."""
    access = memory.get("access")
    return "w" in access if access else (memory.get("id") or "").startswith("IRAM")


def _largest(regions: Iterator[Region]) -> tuple[Region, ...]:
    return tuple(sorted(regions, key=lambda region: (-region.bytes, region.origin)))
