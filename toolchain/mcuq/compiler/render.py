"""What the firmware sees of a board and its models: mcuq_board.h, mcuq_models.c."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mcuq.emit.c.literals import c_comment
from mcuq.emit.c.names import Names
from mcuq_hil.boards import Board, Pin

_NOTHING: Mapping[str, int] = MappingProxyType({})


def render_board_header(board: Board, safety: Mapping[str, int] = _NOTHING) -> str:
    """Text of mcuq_board.h: clocks, the UART and its pins, the link's buffer.

    Args:
        safety: further macros, see `safety_defines`.
    """
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
    defines |= safety
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
