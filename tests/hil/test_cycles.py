"""The cycle estimate: what is decoded, what the pipelines and the flash make of it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq_hil import estimate_cycles, load_board, open_session
from mcuq_hil.boards import Board, list_boards
from mcuq_hil.cycles.cores import CONSTANTS, CORES, PIPELINES
from mcuq_hil.cycles.decode import decode
from mcuq_hil.cycles.flash import FlashReads, FlashTiming
from mcuq_hil.cycles.pipeline import block_cycles
from mcuq_hil.session import Counts
from mcuq_hil.thumb import thumb_instructions

RECORD = Path(__file__).resolve().parents[2] / "docs" / "cycles.json"
LDR_R0_R1 = bytes.fromhex("0868")  # ldr r0, [r1]
LDR_R3_R1 = bytes.fromhex("0b68")  # ldr r3, [r1]
ADD_R2_R0 = bytes.fromhex("1218")  # adds r2, r2, r0
MOV_R4_R5 = bytes.fromhex("2c46")  # mov r4, r5
SMLAD = bytes.fromhex("22fb0433")  # smlad r3, r2, r4, r3
LDR_BACK = bytes.fromhex("51f8040b")  # ldr r0, [r1], #4
LDRD = bytes.fromhex("d1e90023")  # ldrd r2, r3, [r1]
STR_R0_R1 = bytes.fromhex("0860")  # str r0, [r1]
PUSH_4 = bytes.fromhex("f0b4")  # push {r4, r5, r6, r7}
B_SELF = bytes.fromhex("fee7")  # b .


def cycles(core: str, *code: bytes) -> float:
    return block_cycles(PIPELINES[core], decode(b"".join(code), 0x800_0000))


def test_what_is_decoded() -> None:
    load, add, mac, moved, push, branch = decode(
        LDR_R0_R1 + ADD_R2_R0 + SMLAD + LDR_BACK + PUSH_4 + B_SELF, 0x800_0000
    )
    assert (load.kind, load.address, load.writes) == ("load", {"r1"}, {"r0"})
    assert (add.kind, add.writes >= {"r2"}) == ("alu", True)
    assert (mac.kind, mac.added) == ("mac", {"r3"})
    assert moved.moved == {"r1"}
    assert (push.kind, push.registers) == ("store_many", 4)
    assert branch.target == 0x800_0000 + 2 + 2 + 4 + 4 + 2


@given(st.binary(min_size=2, max_size=40).filter(lambda code: len(code) % 2 == 0))
def test_anything_is_decoded_into_as_many_instructions_as_are_counted(code: bytes) -> None:
    if code[-1] >= 0xE8 or thumb_instructions(code) * 2 > len(code):
        return  # ends within an instruction
    if sum(4 if code[at + 1] >= 0xE8 else 2 for at in _starts(code)) == len(code):
        assert len(decode(code, 0)) == thumb_instructions(code)


def _starts(code: bytes) -> list[int]:
    found, at = [], 0
    while at < len(code):
        found.append(at)
        at += 4 if code[at + 1] >= 0xE8 else 2
    return found


def test_the_manuals_timings() -> None:
    # Two cycles a load; on a Cortex-M4 those that follow at once take one each.
    assert cycles("cortex-m0plus", LDR_R0_R1, LDR_R3_R1) == 4
    assert cycles("cortex-m4", LDR_R0_R1) == 2
    assert cycles("cortex-m4", LDR_R0_R1, LDR_R3_R1) == 3
    # Of many registers: one each and one.
    assert cycles("cortex-m0plus", PUSH_4) == cycles("cortex-m4", PUSH_4) == 5
    # Two words take three on a Cortex-M4, whatever stands beside them; a store takes one.
    assert cycles("cortex-m4", LDRD) == 3
    assert cycles("cortex-m4", LDR_R0_R1, LDRD, LDR_R3_R1) == 7
    assert cycles("cortex-m4", LDR_R3_R1, STR_R0_R1) == 3
    # A result that is used at once is waited for on a Cortex-M33, else not.
    assert cycles("cortex-m33", LDR_R0_R1, ADD_R2_R0) == 3
    assert cycles("cortex-m33", LDR_R0_R1, MOV_R4_R5) == 2


def test_a_cortex_m7_issues_two() -> None:
    assert cycles("cortex-m7", MOV_R4_R5, LDR_R0_R1) == 1
    assert cycles("cortex-m7", LDR_R0_R1, LDR_R3_R1) == 2  # one unit for memory
    assert cycles("cortex-m7", SMLAD, SMLAD) == 2  # one that multiplies; sums are handed on
    assert cycles("cortex-m7", LDR_R0_R1, ADD_R2_R0) == 3


@given(st.lists(st.sampled_from([LDR_R0_R1, LDR_R3_R1, ADD_R2_R0, MOV_R4_R5, SMLAD]), min_size=1))
def test_no_pipeline_is_faster_than_its_width(code: list[bytes]) -> None:
    for core, pipeline in PIPELINES.items():
        assert cycles(core, *code) >= len(code) / pipeline.width
        assert cycles(core, *code, MOV_R4_R5) >= cycles(core, *code)


def test_reads_of_flash() -> None:
    reads = FlashReads(FlashTiming(wait_states=4, read_bytes=16, line_bytes=32, cache_bytes=64))
    for address in (0, 4, 32, 0, 64, 32):  # a stream; a change; back; out goes line 32; again
        reads.read(address)
    assert (reads.changes, reads.fills, reads.streamed) == (5, 4, 1)


@given(st.lists(st.integers(0, 4095), max_size=60))
def test_a_larger_cache_never_misses_more(addresses: list[int]) -> None:
    small, large = (FlashReads(FlashTiming(4, 16, 16, size)) for size in (64, 256))
    for address in addresses:
        small.read(address)
        large.read(address)
    assert large.fills <= small.fills <= small.changes == large.changes


def test_every_core_has_its_numbers() -> None:
    cores = {board.core for board in list_boards()}
    assert cores <= CONSTANTS.keys()
    for board in list_boards():
        assert board.timing is None or board.core in CORES


def test_the_numbers_are_those_of_the_record() -> None:
    for record in json.loads(RECORD.read_text(encoding="utf-8"))["cores"]:
        core = record["core"]
        model = {k: v for k, v in asdict(CORES[core]).items() if k not in ("pipeline", "band")}
        assert model == record["model"]
        assert CORES[core].band == record["worst_error"]
        constant = CONSTANTS[core]
        plain = record["constant"]
        assert (constant.per_instruction, constant.band) == (
            plain["per_instruction"],
            plain["worst_error"],
        )
        # The model is shown only where it does better than the constant.
        assert record["mean_error"] < plain["mean_error"]
        assert record["worst_error"] < plain["worst_error"]


def count(board: Board, elf: Path, turns: int) -> Counts:
    with open_session(board, elf) as session:
        return session.count([turns.to_bytes(3, "little") + bytes(13)])


@pytest.mark.arm
@pytest.mark.parametrize("name", ["stm32f746", "nucleo-g071rb", "nucleo-u575zi"])
def test_an_emulated_run_is_estimated(build_image, name: str) -> None:
    board = load_board(name)
    elf = build_image("loop", name).elf
    estimates = []
    for turns in (100, 200, 300):
        counted = count(board, elf, turns)
        inputs = [turns.to_bytes(3, "little") + bytes(13)]
        estimates.append(estimate_cycles(board, elf, inputs, counted, 10_000))
        assert estimates[-1].basis == "pipeline"
    first, second, third = (each.total for each in estimates)
    # The same again a turn, to a cycle of rounding; between half and eight cycles an instruction.
    assert abs((second - first) - (third - second)) <= 2
    instructions = count(board, elf, 200).total - count(board, elf, 100).total
    assert instructions / 2 <= second - first <= 8 * instructions


@pytest.mark.arm
def test_without_a_timing_there_is_the_constant(build_image) -> None:
    board = load_board("stm32f746").model_copy(update={"timing": None})
    counted = Counts("instructions", 1000, (600, 400))
    found = estimate_cycles(board, Path("none.elf"), [], counted, 0)
    constant = CONSTANTS["cortex-m7"]
    assert (found.basis, found.band) == ("constant", constant.band)
    assert found.total == round(1000 * constant.per_instruction)
    assert sum(found.layers) == pytest.approx(found.total, abs=1)


def test_wait_states_only_ever_cost() -> None:
    from mcuq_hil.cycles.costs import flash_cycles

    timing = FlashTiming(4, 16, 32, 64)
    reads = FlashReads(timing)
    for address in range(0, 4096, 4):
        reads.read(address)
    for model in CORES.values():
        slower = replace(timing, wait_states=8)
        assert 0 < flash_cycles(model, timing, reads) < flash_cycles(model, slower, reads)
