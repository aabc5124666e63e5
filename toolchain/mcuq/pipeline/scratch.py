"""Scratch sizes from the kernel library itself: its own functions are run on the target.

A program of nothing but questions is linked with the library and run where the model will run, so
that the answers are those of the very code, for the very core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mcuq.compiler import build_firmware
from mcuq.compiler.kernel_library import KernelLibrary
from mcuq.emit.c.external import copy_external
from mcuq.emit.c.scratch_queries import scratch_queries_source
from mcuq.errors import DeviceError
from mcuq.lower.buffers import kernel_sum_bytes, question, with_kernel_sums, with_scratch
from mcuq.lower.options import has_lanes
from mcuq.lower.program import Call, Program
from mcuq.pipeline.profile import ProfileTarget
from mcuq.temporary import temporary_folder
from mcuq_hil import open_session


def with_asked_scratch(target: ProfileTarget, program: Program) -> Program:
    """`program`, every call of the target's library with the scratch that the library wants.

    Raises:
        CompilerError: the library does not link.
        DeviceError, mcuq_hil's HilError: there is nothing to run it on, or it refuses a layer.
    """
    assert target.kernel_library is not None
    asked: dict[int, Call] = {}
    for index, call in enumerate(program.calls):
        wanted = question(call) if program.options.is_external(call.function) else None
        if wanted is not None and wanted.function in target.kernel_library.defined:
            asked[index] = wanted
    _answer(target, target.kernel_library, program, {_key(call): call for call in asked.values()})
    calls = list(program.calls)
    for index, wanted in asked.items():
        nbytes = target.kernel_library.answers[_key(wanted)]
        calls[index] = _planned(target, calls[index], nbytes)
    return replace(program, calls=tuple(calls))


def _key(wanted: Call) -> object:
    """Equal keys are equal questions: nothing but integers is asked about."""
    return (wanted.function, repr(wanted.arguments))


def _answer(
    target: ProfileTarget, library: KernelLibrary, program: Program, queries: Mapping[object, Call]
) -> None:
    """Put what is not yet in `library.answers` there."""
    fresh = {key: call for key, call in queries.items() if key not in library.answers}
    if fresh:
        sizes = _ask(target, library, program, list(fresh.values()))
        library.answers.update(zip(fresh, sizes, strict=True))


def _ask(
    target: ProfileTarget, library: KernelLibrary, program: Program, queries: list[Call]
) -> list[int]:
    if not target.can_run:
        raise DeviceError(
            f"{target.board.name} has no emulator here and no --port is given: the kernel library "
            "cannot be asked for scratch sizes",
            "plug the board in and name its port, or take --kernels mcuq",
        )
    with temporary_folder() as scratch:
        folder = scratch / "questions"
        folder.mkdir()
        source = scratch_queries_source(program, queries)
        (folder / "model.c").write_text(source, encoding="utf-8")
        copy_external(library.kernels_for(call.function for call in queries), folder)
        image = build_firmware(target.board, folder, scratch / "out", optimize=target.optimize)
        with open_session(target.board, image.elf, target.port) as session:
            (answers,) = session.run([bytes(4)])
    return [int(size) for size in np.frombuffer(answers, "<i4")]


def _planned(target: ProfileTarget, call: Call, nbytes: int) -> Call:
    if nbytes < 0:
        raise DeviceError(
            f"the kernel library refuses {call.op.kind} '{call.op.name}': {call.function} has no "
            "scratch size for it",
            "take --kernels mcuq",
        )
    if has_lanes(target.board.core) and nbytes and nbytes == kernel_sum_bytes(call):
        return with_kernel_sums(call)
    return with_scratch(call, nbytes)
