"""What the firmware sees of a board and its models: mcuq_board.h, mcuq_models.c, linker script."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.emit.c.literals import c_comment
from mcuq.emit.c.names import Names
from mcuq_hil.boards import Board, Pin
from mcuq_hil.protocol.messages import BUILD_ID_BYTES


def render_board_header(board: Board) -> str:
    """Text of mcuq_board.h: clocks, the UART and its pins, the link's buffer."""
    uart = board.uart
    defines = {
        "MCUQ_CORE_HZ": board.core_hz,
        "MCUQ_UART_BASE": uart.base,
        "MCUQ_UART_CLOCK_HZ": uart.clock_hz,
        "MCUQ_UART_BAUD": uart.baud,
        "MCUQ_CHUNK_BYTES": uart.chunk_bytes,
    }
    if uart.enable is not None:
        defines["MCUQ_UART_ENABLE_REGISTER"] = uart.enable.register_
        defines["MCUQ_UART_ENABLE_BIT"] = uart.enable.bit
    if board.counter.base is not None:
        defines["MCUQ_COUNTER_BASE"] = board.counter.base
    defines |= _pin("TX", uart.tx) | _pin("RX", uart.rx)
    lines = [f"#define {name} {_literal(value)}" for name, value in defines.items()]
    guard = ["#ifndef MCUQ_BOARD_H", "#define MCUQ_BOARD_H", ""]
    return "\n".join(
        [f"/* {c_comment(f'{board.title}, {board.part}')} */", *guard, *lines, "", "#endif", ""]
    )


def render_models(models: Sequence[Names]) -> str:
    """Text of mcuq_models.c: the list from which the serial runner takes its models."""
    declared = "".join(f"extern const mcuq_model_t {names.record};\n" for names in models)
    listed = ", ".join(f"&{names.record}" for names in models)
    return (
        f'#include "mcuq_models.h"\n\n{declared}'
        f"const mcuq_model_t *const mcuq_models[] = {{{listed}}};\n"
        f"const uint16_t mcuq_model_count = {len(models)};\n"
    )


def _pin(side: str, pin: Pin | None) -> dict[str, int]:
    if pin is None:
        return {}
    return {
        f"MCUQ_{side}_PORT": pin.port,
        f"MCUQ_{side}_PIN": pin.number,
        f"MCUQ_{side}_FUNCTION": pin.function,
    }


def _literal(value: int) -> str:
    return f"0x{value:08X}u" if value >= 0x1000_0000 else f"{value}u"


def render_linker_script(board: Board, *, stack_bytes: int, handler_stack_bytes: int) -> str:
    """Text of the linker script; the identity's place is zeros (`mcuq_hil.identity`).

    Both stacks lie at the very start of RAM: the main one overflows into nothing, which faults,
    instead of into data, which would compute wrong results.
    """
    return _SCRIPT.format(
        flash=board.flash,
        ram=board.ram,
        stack=stack_bytes,
        handler_stack=handler_stack_bytes,
        build_id="\n".join(["        LONG(0)"] * (BUILD_ID_BYTES // 4)),
    )


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
        *(.text .text.*)
    }} > FLASH
    .rodata : ALIGN(4)
    {{
        mcuq_build_id = .;
{build_id}
        *(.rodata .rodata.*)
        . = ALIGN(4);
    }} > FLASH

    .stack (NOLOAD) :
    {{
        __stack_limit = .;
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
    .bss (NOLOAD) : ALIGN(4)
    {{
        __bss_start = .;
        *(.bss .bss.* COMMON)
        . = ALIGN(4);
        __bss_end = .;
    }} > RAM

    /DISCARD/ : {{ *(.ARM.exidx* .ARM.extab* .comment .note*) }}
}}
"""
