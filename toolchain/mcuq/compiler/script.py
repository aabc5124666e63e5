"""The linker script: where stacks, models and what guards them lie."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.compiler.safety import CANARY_WORDS, guard_bytes
from mcuq.safety import NO_SAFETY, Safety
from mcuq_hil.boards import Board
from mcuq_hil.protocol.messages import BUILD_ID_BYTES


def render_linker_script(
    board: Board,
    *,
    stack_bytes: int,
    handler_stack_bytes: int,
    safety: Safety = NO_SAFETY,
    arenas: Sequence[str] = (),
) -> str:
    """Text of the linker script; the identity's place is zeros (`mcuq_hil.identity`).

    Both stacks lie at the very start of RAM: the main one overflows into nothing, which faults,
    instead of into data, which would compute wrong results.

    Args:
        arenas: input sections, as `file(section)`, that canaries stand beside where asked for.
    """
    canaries = arenas if safety.canaries else ()
    return _SCRIPT.format(
        flash=board.flash,
        ram=board.ram,
        stack=stack_bytes,
        handler_stack=handler_stack_bytes,
        build_id="\n".join(["        LONG(0)"] * (BUILD_ID_BYTES // 4)),
        lists=_lists(safety, len(canaries)),
        guard=_guard(board) if safety.stack_guard else "",
        guarded="".join(_guarded(number, arena) for number, arena in enumerate(canaries)),
        checksum=_CHECKSUM if safety.check_constants else "",
    )


def _lists(safety: Safety, arenas: int) -> str:
    """What the firmware reads of the linker's decisions."""
    lines = []
    if safety.canaries:
        lines.append("        mcuq_canaries = .;")
        lines += [f"        LONG(__canary_{number})" for number in range(2 * arenas)]
        lines.append("        mcuq_canaries_end = .;")
    if safety.check_constants:
        lines.append("        mcuq_flash_ranges = .;")
        lines += [f"        LONG({begin}) LONG({end})" for begin, end in _RANGES]
    return "".join(f"{line}\n" for line in lines)


_RANGES = (
    ("__code_start", "__code_end"),
    ("__rodata_start", "__rodata_end"),
    ("__data_load", "__data_load + __data_end - __data_start"),
)


def _guard(board: Board) -> str:
    size = guard_bytes(board)
    return f"        . = ALIGN({size});\n        __stack_guard = .;\n        . += {size};\n"


def _guarded(number: int, arena: str) -> str:
    size = 4 * CANARY_WORDS
    return (
        f"        . = ALIGN({size});\n"
        f"        __canary_{2 * number} = .;\n        . += {size};\n"
        f"        {arena}\n"
        "        . = ALIGN(4);\n"
        f"        __canary_{2 * number + 1} = .;\n        . += {size};\n"
    )


CHECKSUM_SECTION = ".checksum"
IDENTIFIED_SECTION = ".rodata"
"""Begins with the image's identity."""
_CHECKSUM = f"""\
    {CHECKSUM_SECTION} :
    {{
        mcuq_constants_sum = .;
        LONG(0)
    }} > FLASH
"""

_SCRIPT = """\
ENTRY(mcuq_reset_handler)

MEMORY
{{
    FLASH (rx) : ORIGIN = 0x{flash.origin:08X}, LENGTH = {flash.bytes}
    RAM (rwx) : ORIGIN = 0x{ram.origin:08X}, LENGTH = {ram.bytes}
}}

SECTIONS
{{
    .boot : {{ KEEP(*(.boot)) }} > FLASH
    .vectors : ALIGN(256)
    {{
        KEEP(*(.vectors))
    }} > FLASH
    .text :
    {{
        __code_start = .;
        *(.text .text.*)
        __code_end = .;
    }} > FLASH
    .rodata : ALIGN(4)
    {{
        mcuq_build_id = .;
{build_id}
        __rodata_start = .;
{lists}        *(.rodata .rodata.*)
        . = ALIGN(4);
        __rodata_end = .;
    }} > FLASH

    .stack (NOLOAD) :
    {{
{guard}        __stack_limit = .;
        . += {stack};
        __stack_top = .;
        . += {handler_stack};
        __main_stack_top = .;
    }} > RAM
    .noinit (NOLOAD) :
    {{
        *(.noinit)
    }} > RAM
    .data : ALIGN(4)
    {{
        __data_start = .;
        *(.data .data.*)
        . = ALIGN(4);
        __data_end = .;
    }} > RAM AT > FLASH
    __data_load = LOADADDR(.data);
{checksum}    .bss (NOLOAD) : ALIGN(4)
    {{
        __bss_start = .;
{guarded}        *(.bss .bss.* COMMON)
        . = ALIGN(4);
        __bss_end = .;
    }} > RAM

    /DISCARD/ : {{ *(.ARM.exidx* .ARM.extab* .comment .note*) }}
}}
"""
