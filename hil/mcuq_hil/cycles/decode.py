"""Instructions from their bytes.

Nothing else imports capstone, and only what estimates imports this: its library cannot be loaded
under sanitizers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import capstone
from capstone import arm

from mcuq_hil.cycles.instruction import MULTIPLIES, Control, Flow, Instruction, Kind
from mcuq_hil.cycles.loops import loop_control
from mcuq_hil.thumb import thumb_size

_EXACT: dict[str, Kind] = {
    **dict.fromkeys(("ldm", "ldmdb", "pop", "vldmia", "vldmdb", "vpop"), "load_many"),
    **dict.fromkeys(("stm", "stmdb", "push", "vstmia", "vstmdb", "vpush"), "store_many"),
    **dict.fromkeys(("b", "cbz", "cbnz"), "branch"),
    **dict.fromkeys(("bx", "bl", "blx", "tbb", "tbh"), "call"),
    **dict.fromkeys(("udiv", "sdiv"), "divide"),
    "it": "it",
}
_BEGINS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("ldrd", "vldr"), "load_two"),
    (("strd", "vstr"), "store_two"),
    (("ldr",), "load"),
    (("str",), "store"),
    (("smlad", "smuad", "smlsd", "smusd"), "mac"),
    (("sml", "smul", "smm", "uml", "umul", "umaal", "mul", "mla", "mls"), "multiply"),
    (("sxtb16", "uxtb16", "sxtab16", "ssat", "usat", "qadd", "qsub", "qdadd", "pkh"), "pack"),
    (("v",), "float"),
)
_NEEDS_BASE = frozenset({"ldm", "ldmdb", "stm", "stmdb", "vldmia", "vldmdb", "vstmia", "vstmdb"})
_OPERANDS_WITH_SUM = 4


def decode(code: bytes, address: int) -> tuple[Instruction, ...]:
    """The Thumb instructions of `code`; of what capstone does not know, one `alu` each."""
    found: list[Instruction] = []
    at = 0
    while at < len(code):
        before = at
        for each in _disassembler().disasm(code[at:], address + at):
            found.append(_instruction(each))
            at += each.size
        if at < len(code):  # what it does not know
            at += thumb_size(code[at : at + 2])
            found.append(Instruction("alu", frozenset(), frozenset()))
        assert at > before
    return tuple(found)


@cache
def _disassembler() -> capstone.Cs:
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    found = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    found.detail = True
    return found


def _instruction(each: Any) -> Instruction:
    name = each.insn_name()
    reads, writes = each.regs_access()
    names = each.reg_name
    operands = each.operands
    address = frozenset(
        names(register)
        for operand in operands
        if operand.type == arm.ARM_OP_MEM
        for register in (operand.mem.base, operand.mem.index)
        if register
    )
    kind = _kind(name)
    written = frozenset(map(names, writes))
    registers = [operand for operand in operands if operand.type == arm.ARM_OP_REG]
    return Instruction(
        kind,
        frozenset(map(names, reads)),
        written,
        address,
        _added(kind, operands, names),
        _moved(each, written, address),
        len(registers) - (name in _NEEDS_BASE) if kind.endswith("many") else 0,
        any(operand.shift.type for operand in registers),
        _target(kind, operands),
    )


def _target(kind: Kind, operands: Any) -> int | None:
    if kind != "branch" or operands[-1].type != arm.ARM_OP_IMM:
        return None
    return int(operands[-1].imm)


def _added(kind: Kind, operands: Any, names: Any) -> frozenset[str]:
    if kind in MULTIPLIES and len(operands) == _OPERANDS_WITH_SUM:
        return frozenset({names(operands[-1].reg)})
    return frozenset()


def _moved(each: Any, written: frozenset[str], address: frozenset[str]) -> frozenset[str]:
    if not each.writeback:
        return frozenset()
    if address:
        return written & address
    return frozenset({each.reg_name(each.operands[0].reg)})


def _kind(name: str) -> Kind:
    if name in _EXACT:
        return _EXACT[name]
    return next((kind for begins, kind in _BEGINS if name.startswith(begins)), "alu")


def control(code: bytes, address: int) -> Control:
    """The instruction at the begin of `code`, as far as it says what is executed next."""
    if loop := loop_control(code[:_WIDEST], address):
        return loop
    each = next(_disassembler().disasm(code[:_WIDEST], address, 1), None)
    if each is None:  # capstone does not know it: no other branch of Thumb is among those
        return Control(thumb_size(code), "on")
    name = each.insn_name()
    is_conditional = each.cc not in (arm.ARM_CC_AL, arm.ARM_CC_INVALID)
    flow: Flow = "on"
    target = None
    if name in ("cbz", "cbnz") or (name == "b" and is_conditional):
        flow, target = "either", int(each.operands[-1].imm)
    elif name in ("b", "bl"):
        flow, target = ("to" if name == "b" else "call"), int(each.operands[0].imm)
    elif name == "blx":
        flow = "call"
    elif name in ("tbb", "tbh"):
        flow = name
    elif name in ("udf", "bkpt"):
        flow = "end"
    elif arm.ARM_REG_PC in each.regs_access()[1]:
        flow = ("end_or_on" if is_conditional else "end") if _returns(each, name) else "unknown"
    return Control(each.size, flow, target)


_WIDEST = 4


def _returns(each: Any, name: str) -> bool:
    """Of what writes the program counter: whether it takes the caller's address."""
    if name.startswith(("pop", "ldm")):
        return True
    last = each.operands[min(1, len(each.operands) - 1)]
    if name == "ldr":
        return bool(last.type == arm.ARM_OP_MEM and last.mem.base == arm.ARM_REG_SP)
    is_register = last.type == arm.ARM_OP_REG
    return bool(name in ("bx", "mov") and is_register and last.reg == arm.ARM_REG_LR)
