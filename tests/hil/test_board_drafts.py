"""Board files drafted from vendors' descriptions, and what of a description is not believed."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq_hil.boards.draft import draft_board
from mcuq_hil.boards.facts import PartFacts, Region
from mcuq_hil.boards.pack import read_pack
from mcuq_hil.boards.registry import read_board
from mcuq_hil.boards.svd import read_svd, svd_facts
from mcuq_hil.errors import BoardError

SVD = """<?xml version="1.0"?>
<device><vendor>STMicroelectronics</vendor><name>STM32F429</name><cpu><name>CM4</name></cpu>
<peripherals>
<peripheral><name>GPIOA</name><baseAddress>0x40020000</baseAddress></peripheral>
<peripheral><name>USART1</name><baseAddress>0x40011000</baseAddress></peripheral>
<peripheral derivedFrom="USART1"><name>UART4</name>
<baseAddress>0x40004C00</baseAddress></peripheral>
</peripherals></device>"""
PDSC = """<?xml version="1.0"?>
<package><vendor>Keil</vendor><name>STM32F4xx_DFP</name><devices>
<family Dfamily="STM32F4 Series" Dvendor="STMicroelectronics:13">
<processor Dcore="Cortex-M4" Dfpu="1"/>
<subFamily DsubFamily="STM32F429"><debug svd="CMSIS/SVD/STM32F429x.svd"/>
<memory id="IRAM1" start="0x20000000" size="0x30000" default="1"/>
<memory id="IRAM2" start="0x10000000" size="0x10000"/>
<device Dname="STM32F429ZG"><memory id="IROM1" start="0x08000000" size="0x100000"/></device>
<device Dname="STM32F429ZI"><memory name="Flash" access="rx" start="0x08000000" size="0x200000"/>
<variant Dvariant="STM32F429ZITx"/></device>
</subFamily></family></devices></package>"""


@pytest.fixture
def svd(tmp_path: Path) -> Path:
    path = tmp_path / "STM32F429.svd"
    path.write_text(SVD, encoding="utf-8")
    return path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "Keil.STM32F4xx_DFP.pack"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Keil.STM32F4xx_DFP.pdsc", PDSC)
        archive.writestr("CMSIS/SVD/STM32F429x.svd", SVD)
    return path


def test_an_svd_file_tells_core_and_serial_ports(svd: Path) -> None:
    facts = read_svd(svd)
    assert (facts.part, facts.maker, facts.core) == (
        *("STM32F429", "STMicroelectronics"),
        "cortex-m4",
    )
    assert facts.uarts == (("USART1", 0x4001_1000), ("UART4", 0x4000_4C00))
    assert not facts.flash


def test_a_pack_tells_memories_and_reads_its_svd(pack: Path) -> None:
    facts = read_pack(pack, "stm32f429zg")
    assert facts.flash == (Region("IROM1", 0x0800_0000, 0x10_0000),)
    assert [region.bytes for region in facts.ram] == [0x3_0000, 0x1_0000]
    assert facts.uarts[0] == ("USART1", 0x4001_1000)
    assert facts.sources == ("Keil.STM32F4xx_DFP.pack", "STM32F429x.svd")
    variant = read_pack(pack, "STM32F429ZITx")
    assert variant.flash == (Region("Flash", 0x0800_0000, 0x20_0000),)


def test_a_pdsc_alone_will_do(tmp_path: Path) -> None:
    path = tmp_path / "a.pdsc"
    path.write_text(PDSC, encoding="utf-8")
    assert read_pack(path, "STM32F429ZG").maker == "STMicroelectronics"


@pytest.mark.parametrize(
    ("part", "message"), [(None, "it has 3 parts"), ("STM32F429", "no part 'STM32F429'")]
)
def test_parts_are_named_where_none_is_meant(pack: Path, part: str | None, message: str) -> None:
    with pytest.raises(BoardError, match=message) as caught:
        read_pack(pack, part)
    assert "STM32F429ZG" in caught.value.hint


def test_a_draft_that_is_filled_in_is_a_board(pack: Path, tmp_path: Path) -> None:
    draft = draft_board(read_pack(pack, "STM32F429ZG"))
    assert draft.family == "nucleo-f411re"
    assert draft.missing == ("uart.clock_hz",)
    path = tmp_path / "mine.toml"
    path.write_text(draft.text.replace("# clock_hz =", "clock_hz = 90_000_000"), encoding="utf-8")
    board = read_board(path)
    assert (board.port, board.core, board.counter.driver) == ("stm32f4", "cortex-m4", "dwt")
    assert (board.flash.bytes, board.ram.bytes) == (0x10_0000, 0x3_0000)
    assert board.uart.base == 0x4001_1000


def test_what_an_svd_file_lacks_is_a_comment(svd: Path) -> None:
    draft = draft_board(read_svd(svd))
    wanted = {"flash.origin", "flash.bytes", "ram.origin", "ram.bytes", "uart.clock_hz"}
    assert set(draft.missing) == wanted
    told = tomllib.loads(draft.text)
    assert told["flash"] == {} and "clock_hz" not in told["uart"]
    assert draft.text.count("fill in:") == len(wanted) + 3  # clock enable and two pins


def test_a_part_of_no_known_family_names_no_port() -> None:
    draft = draft_board(PartFacts("XMC4500", core_word="CM4", sources=("x.svd",)))
    assert draft.family is None
    assert {"port", "core_hz", "uart.driver"} <= set(draft.missing)


@pytest.mark.parametrize(
    ("word", "core"),
    [
        *(("CM0+", "cortex-m0plus"), ("CM0PLUS", "cortex-m0plus"), ("Cortex-M33", "cortex-m33")),
        *(("CM4F", "cortex-m4"), ("Cortex-M0+", "cortex-m0plus"), ("Cortex-M23", None)),
    ],
)
def test_both_formats_words_for_cores(word: str, core: str | None) -> None:
    assert PartFacts("x", core_word=word).core == core


def test_another_core_is_refused() -> None:
    with pytest.raises(BoardError, match="ESP32-C3 has a RV32IMC") as caught:
        draft_board(PartFacts("ESP32-C3", core_word="RV32IMC"))
    assert "cortex-m4" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<device>",
        b"<device><name>x</device>",
        b"<package/>",
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><device><name>&b;</name></device>',
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><device/>',
        b'<?xml version="1.0" encoding="no-such"?><device/>',
        bytes(range(256)),
    ],
)
def test_what_is_no_svd_file_is_refused_in_a_line(content: bytes) -> None:
    with pytest.raises(BoardError, match=re.escape("x.svd")) as caught:
        svd_facts(content, "x.svd")
    assert caught.value.hint and "\n" not in caught.value.cause


def test_a_damaged_pack_is_refused(pack: Path, tmp_path: Path) -> None:
    content = bytearray(pack.read_bytes())
    content[60:90] = bytes(30)
    broken = tmp_path / "broken.pack"
    broken.write_bytes(content)
    with pytest.raises(BoardError, match=re.escape("broken.pack")):
        read_pack(broken, "STM32F429ZG")


@given(part=st.text(min_size=1, max_size=30), maker=st.none() | st.text(max_size=30))
def test_every_word_of_a_description_stays_a_word(part: str, maker: str | None) -> None:
    """No text of the file's becomes a key or a table of its own."""
    document = f"<device><cpu><name>CM4</name></cpu><name>{_escaped(part)}</name>"
    document += f"<vendor>{_escaped(maker or '')}</vendor></device>"
    draft = draft_board(svd_facts(document.encode("utf-8", "replace"), "x.svd"))
    told = tomllib.loads(draft.text)
    assert set(told) <= {
        *("title", "maker", "part", "sources", "core", "port", "core_hz", "emulator"),
        *("flash", "ram", "uart", "counter"),
    }
    assert told["part"].isprintable()


def _escaped(text: str) -> str:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, entity)
    return "".join(c for c in text if c.isprintable())
