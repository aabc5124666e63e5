"""CMSIS-SVD: a part's name, its core and where its serial ports are (Open-CMSIS-SVD, version 1.3).

It has no memories, no pins and no clocks.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

from mcuq_hil.boards.facts import PartFacts
from mcuq_hil.boards.vendor_xml import number, parse_xml, read_bytes, words
from mcuq_hil.errors import BoardError

_SERIAL = re.compile(r"(SEC_)?(LP)?USC?ARTE?_?\d*(_S)?|(LP)?UARTE?_?\d*(_S)?|SERCOM\d+")


def read_svd(path: Path) -> PartFacts:
    """What an SVD file tells; raises BoardError where it is none."""
    return svd_facts(read_bytes(path), path.name)


def svd_facts(content: bytes, name: str) -> PartFacts:
    """The same of its content; `name` is for errors and `sources`."""
    root = parse_xml(content, name)
    if root.tag != "device":
        raise BoardError(f"{name}: no SVD file, its root is {words(root.tag)}", "give a .svd file")
    return PartFacts(
        part=words(root.findtext("name")) or Path(name).stem,
        maker=words(root.findtext("vendor")),
        core_word=words(root.findtext("cpu/name")),
        uarts=tuple(_serial_ports(root)),
        sources=(name,),
    )


def _serial_ports(root: Element) -> list[tuple[str, int]]:
    found = []
    for peripheral in root.iterfind("peripherals/peripheral"):
        name, base = words(peripheral.findtext("name")), number(peripheral.findtext("baseAddress"))
        if name and base is not None and _SERIAL.fullmatch(name):
            found.append((name, base))
    return found
