"""`mcuq bundle` as one function: results in, one project, image and report out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from mcuq.bundle.join import join_models, uses
from mcuq.bundle.member import Member, read_members
from mcuq.bundle.store import FILE, write_bundle
from mcuq.bundle.verify import Answered, verify_image
from mcuq.compiler import FirmwareImage, build_firmware
from mcuq.compiler.safety import check_safety
from mcuq.errors import BudgetError
from mcuq.pipeline.check import check_board
from mcuq.pipeline.versions import versions
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.report.directory import written_atomically
from mcuq.report.sbom import SBOM, image_sbom
from mcuq.result.bundle import ArenaUse, Bundle, BundledModel, BundleFigures
from mcuq.result.manifest import BudgetFigures, DeviceFigures
from mcuq.safety import NO_SAFETY, Safety
from mcuq.tflite.wheel import has_oracle
from mcuq.units import format_bytes
from mcuq_hil.boards import Board, load_board


def bundle_models(
    folders: Sequence[Path],
    output: Path,
    *,
    arena: ArenaUse = "separate",
    flash: int | None = None,
    ram: int | None = None,
    port: str | None = None,
    safety: Safety = NO_SAFETY,
    progress: ProgressCallback = silent,
) -> Bundle:
    """Join results of `mcuq build`, link and verify them as one image, and write it all.

    Args:
        folders: what the builds wrote, each with a `--name` of its own.
        output: appears whole: `model/` with the C of all, `NAME.tflite` of each, firmware.elf,
            .bin and .map, bundle.json, report.html and sbom.spdx.json. An earlier bundle there is
            replaced.
        arena: "shared" gives models that never run at once one arena, as large as the largest.
        flash, ram: bytes that the image may take; None: the board's.
        port: serial port of a real board; None boots the emulator.
        safety: what the image watches of itself, however each was built.

    Raises:
        UsageError: the results cannot be in one image, or the board cannot watch as asked.
        InputError: one of them cannot be read.
        BudgetError: they do not fit together; says what takes how much.
        DeviceError, mcuq_hil's HilError: compiler, board or link failed, or bytes differ.
    """
    members = read_members(folders)
    board = load_board(members[0].manifest.target.name)
    check_board(board, port)
    check_safety(board, safety)
    budget = BudgetFigures(flash=flash or board.flash.bytes, ram=ram or board.ram.bytes)
    with written_atomically(output, marker=FILE) as folder:
        join_models(members, arena, folder / "model")
        for member in members:
            (folder / f"{member.names.word}.tflite").write_bytes(member.flatbuffer)
        progress(Progress("build", note=board.title))
        image = _image(board, members, arena, folder, safety)
        _check_fit(image, members, arena, budget)
        answered, device = verify_image(board, image, members, port, progress)
        progress(Progress("report"))
        made = _bundle(members, arena, budget, image, answered, device)
        write_bundle(made, folder)
        sbom = image_sbom(folder, [member.names.word for member in members])
        (folder / SBOM).write_text(sbom, encoding="utf-8", newline="\n")
    return made


def _image(
    board: Board, members: Sequence[Member], arena: ArenaUse, folder: Path, safety: Safety
) -> FirmwareImage:
    optimize = members[0].manifest.optimize
    try:
        return build_firmware(board, folder / "model", folder, optimize=optimize, safety=safety)
    except BudgetError as error:
        raise BudgetError(f"{error.cause}: {_told(members)}", _hint(members, arena)) from error


def _check_fit(
    image: FirmwareImage, members: Sequence[Member], arena: ArenaUse, budget: BudgetFigures
) -> None:
    for what, used, limit in (
        ("flash", image.flash_bytes, budget.flash),
        ("RAM", image.ram_bytes, budget.ram),
    ):
        if used > limit:
            raise BudgetError(
                f"the image takes {format_bytes(used)} of {what}, {format_bytes(limit)} are "
                f"allowed: {_told(members)}",
                _hint(members, arena),
            )


def _told(members: Sequence[Member]) -> str:
    """What each of them brings."""
    return ", ".join(
        f"{member.names.word} has {format_bytes(member.manifest.result.flash_model_bytes)} of "
        f"constants and an arena of {format_bytes(member.manifest.result.arena_bytes)}"
        f"{_states(member.manifest.state_bytes)}"
        for member in members
    )


def _states(size: int) -> str:
    return f", and keeps {format_bytes(size)} of states" if size else ""


def _hint(members: Sequence[Member], arena: ArenaUse) -> str:
    smaller = "build a model within a smaller budget, or take a larger board"
    if arena == "shared":
        return smaller
    arenas = [member.manifest.result.arena_bytes for member in members]
    spared = format_bytes(sum(arenas) - max(arenas))
    return f"{smaller}; --arena shared spares {spared} of RAM where they never run at once"


def _bundle(
    members: Sequence[Member],
    arena: ArenaUse,
    budget: BudgetFigures,
    image: FirmwareImage,
    answered: Sequence[Answered],
    device: DeviceFigures,
) -> Bundle:
    return Bundle(
        models=tuple(
            _model(member, image.contributions, one)
            for member, one in zip(members, answered, strict=True)
        ),
        arena=arena,
        optimize=members[0].manifest.optimize,
        target=members[0].manifest.target,
        budget=budget,
        result=_figures(members, arena, image),
        device=device,
        build_id=image.build_id,
        versions=versions(),
    )


def _model(member: Member, contributions: Mapping[str, int], answered: Answered) -> BundledModel:
    alone = member.manifest.result
    return BundledModel(
        name=member.names.word,
        model=member.manifest.model,
        digest=hashlib.sha256(member.flatbuffer).hexdigest(),
        flash_bytes=contributions[f"model/{member.names.source}"],
        arena_bytes=alone.arena_bytes,
        state_bytes=member.manifest.state_bytes,
        alone_flash_bytes=alone.flash_bytes,
        alone_ram_bytes=alone.ram_bytes,
        samples=answered.samples,
        equal_device=True,  # where one is not, there is no bundle
        equal_tflm=True if has_oracle() else None,
        counts=answered.counts,
        arena_high_water=answered.arena_high_water,
    )


def _figures(members: Sequence[Member], arena: ArenaUse, image: FirmwareImage) -> BundleFigures:
    used = uses(members)
    kernels = {unit: size for unit, size in image.contributions.items() if unit in used}
    # Of a compiled library the linker's map does not say whose calls brought what.
    archives = {path.name for member in members for path in member.model_dir.rglob("*.a")}
    compiled = sum(image.contributions.get(name, 0) for name in archives)
    results = [member.manifest.result for member in members]
    arenas = [result.arena_bytes for result in results]
    taken = max(arenas) if arena == "shared" else sum(arenas)
    return BundleFigures(
        flash_bytes=image.flash_bytes,
        kernel_bytes=sum(kernels.values()) + compiled,
        ram_bytes=image.ram_bytes,
        arena_bytes=taken,
        state_bytes=sum(member.manifest.state_bytes for member in members),
        stack_bytes=image.stack_bytes,
        saved_kernel_bytes=sum(size * (used[unit] - 1) for unit, size in kernels.items()),
        saved_arena_bytes=sum(arenas) - taken,
        alone_flash_bytes=sum(result.flash_bytes for result in results),
    )
