"""From a folder of emitted C to an image for one board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mcuq.choices import Optimize
from mcuq.compiler.archive import library_sections
from mcuq.compiler.chosen import compiler
from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.heap import check_no_heap
from mcuq.compiler.image import FirmwareImage, ram_bytes, section_sizes
from mcuq.compiler.kept import Object
from mcuq.compiler.link import link, store_checksum
from mcuq.compiler.mapfile import flash_contributions
from mcuq.compiler.members import archive_members
from mcuq.compiler.render import render_board_header, render_models
from mcuq.compiler.runner import BENCH, Runner
from mcuq.compiler.safety import check_safety, safety_defines, watchdog_source
from mcuq.compiler.script import render_linker_script
from mcuq.compiler.sections import Section, read_sections
from mcuq.compiler.stack import stack_bound
from mcuq.compiler.toolchain import CompilerError, core_flags
from mcuq.emit.c.names import emitted_models
from mcuq.emit.c.shared_arena import STEM
from mcuq.resources import firmware_dir
from mcuq.safety import NO_SAFETY, Safety
from mcuq.temporary import temporary_folder
from mcuq_hil.boards import Board
from mcuq_hil.durable import replace_file
from mcuq_hil.identity import read_build_id, stamped
from mcuq_hil.image import flash_content

_LEVEL = {"speed": "-O2", "size": "-Os"}

EXCEPTION_BYTES = 40
"""What an exception pushes on the stack it interrupts: eight words, and alignment to eight."""
EXCEPTION_BYTES_FPU = 112
STACK_STEP = 32


def optimize_flag(optimize: Optimize) -> str:
    """The compiler's flag for it."""
    return _LEVEL[optimize]


@dataclass(frozen=True)
class ImageParts:
    """Everything of an image but where it is placed.

    Attributes:
        objects: in link order.
        sections: of the objects and of the library members they need.
        archives: compiled kernels beside the model.
    """

    objects: tuple[Object, ...]
    sections: dict[str, Section]
    archives: tuple[Path, ...] = ()


def build_firmware(
    board: Board,
    model_dir: Path,
    out_dir: Path,
    *,
    optimize: Optimize = "speed",
    profile: int = 0,
    stack_bytes: int | None = None,
    safety: Safety = NO_SAFETY,
    runner: Runner = BENCH,
) -> FirmwareImage:
    """Compile and link the models for `board`; writes firmware.elf, .bin and .map in `out_dir`.

    Args:
        model_dir: every .c below it is compiled, every .a linked; headers are found in it and in
            its `include`. Its models are those whose records the .c files in it itself define.
        optimize: "speed" is -O2 with newlib's memory functions, "size" -Os with newlib-nano's; with
            Clang mcuq's own in both.
            The runtime itself is always -Os.
        profile: let the model mark so many layers (`mcuq_layer_mark`), 256 at least; 0: none.
        stack_bytes: main stack to reserve, instead of the computed bound.
        safety: what the image watches of itself.
        runner: what it answers on its serial port.

    Raises:
        UsageError: the board cannot have what `safety` asks for.
        CompilerError: the compiler is missing or refuses a file.
        BudgetError: the image is larger than the board's flash or RAM; says by how much.
        StackError: the stack has no bound.
        HeapError: something in it takes memory as it runs.
    """
    check_safety(board, safety)
    program = compile_program(
        board, model_dir, optimize=optimize, profile=profile, safety=safety, runner=runner
    )
    check_no_heap(program.sections)
    needed = stack_bytes_needed(board, program.sections) if stack_bytes is None else stack_bytes
    handler_bytes = _handler_stack(board, program.sections)
    script = render_linker_script(
        board,
        stack_bytes=needed,
        handler_stack_bytes=handler_bytes,
        safety=safety,
        arenas=_arenas(program.sections),
    )
    out_dir.mkdir(parents=True, exist_ok=True)
    with temporary_folder() as work:
        files = {f"{compiled.name}.o": compiled.content for compiled in program.objects}
        files |= {archive.name: archive.read_bytes() for archive in program.archives}
        link(board, files, script, optimize, work)
        if safety.check_constants:
            store_checksum(work / "firmware.elf")
        replace_file(out_dir / "firmware.map", (work / "firmware.map").read_bytes())
        linked = stamped((work / "firmware.elf").read_bytes())
    elf = out_dir / "firmware.elf"
    replace_file(elf, linked)
    replace_file(out_dir / "firmware.bin", flash_content(elf, board.flash.origin))
    return FirmwareImage(
        elf=elf,
        bin=out_dir / "firmware.bin",
        flash_bytes=(out_dir / "firmware.bin").stat().st_size,
        ram_bytes=ram_bytes(elf, board),
        sections=section_sizes(elf),
        contributions=flash_contributions((out_dir / "firmware.map").read_text(encoding="utf-8")),
        build_id=read_build_id(elf).hex(),
        stack_bytes=needed,
    )


def compile_program(
    board: Board,
    model_dir: Path,
    *,
    optimize: Optimize = "speed",
    profile: int = 0,
    safety: Safety = NO_SAFETY,
    runner: Runner = BENCH,
) -> ImageParts:
    """Compile the model, the runtime and the board's port; raises CompilerError."""
    defines = (f"-DMCUQ_PROFILE={int(profile)}",) if profile else ()
    with temporary_folder() as written:
        header = render_board_header(board, safety_defines(board, safety))
        (written / "mcuq_board.h").write_text(header, encoding="utf-8")
        texts = {"mcuq_models.c": render_models(emitted_models(model_dir)), **runner.written}
        for name, text in texts.items():
            (written / name).write_text(text, encoding="utf-8")
        runtime = runtime_units(board, written, defines, safety, runner)
        units = [
            *_model_units(board, model_dir, optimize, defines),
            *runtime,
            *(replace(runtime[0], name=f"runtime/{n}", source=written / n) for n in texts),
        ]
        # First what is weak: a definition of its own name replaces it.
        supplied = compiler().runtime(board.core, optimize)
        objects = (*supplied, *compile_units([*units, *_library_units(board)]))
    archives = tuple(sorted(model_dir.rglob("*.a")))
    members = [member for archive in archives for member in archive_members(archive)]
    sections = with_libraries(board, read_sections([*objects, *members]), optimize)
    return ImageParts(objects, sections, archives)


def _model_units(
    board: Board, model_dir: Path, optimize: Optimize, defines: tuple[str, ...]
) -> list[Unit]:
    includes = (model_dir, model_dir / "include", firmware_dir() / "runtime")
    flags = (*core_flags(board.core), optimize_flag(optimize), *defines)
    sources = sorted(model_dir.rglob("*.c"))
    if not sources:
        raise CompilerError(f"no C source below {model_dir}", "emit the model first")
    return [
        Unit(f"model/{path.relative_to(model_dir).as_posix()}", path, includes, flags)
        for path in sources
    ]


def _library_units(board: Board) -> list[Unit]:
    """Memory functions, where the compiler has no C library."""
    # Freestanding: no loop is turned into a call of what it defines.
    flags = (*core_flags(board.core), "-Os", "-ffreestanding")
    sources = compiler().own_sources()
    return [Unit(f"freestanding/{path.name}", path, (), flags) for path in sources]


def runtime_units(
    board: Board,
    header_dir: Path,
    defines: tuple[str, ...],
    safety: Safety = NO_SAFETY,
    runner: Runner = BENCH,
) -> list[Unit]:
    """The runner and the board's port; `header_dir` holds mcuq_board.h."""
    root = firmware_dir()
    includes = (header_dir, root / "runtime", *runner.includes(), *port_folders(board))
    sources = [*runner.sources(), *port_sources(board)]
    watchdog = watchdog_source(board)
    if safety.watchdog is not None and watchdog is not None:
        sources.append(watchdog)
    flags = (*core_flags(board.core), "-Os", *defines)
    return [Unit(path.relative_to(root).as_posix(), path, includes, flags) for path in sources]


def port_sources(board: Board) -> list[Path]:
    """The C files that make `board` run main(): start-up, faults, clock, counter and UART."""
    ports = firmware_dir() / "ports"
    return [
        *sorted((ports / "core").glob("*.c")),
        *sorted((ports / board.port).glob("*.c")),
        ports / "counter" / f"{board.counter.driver}.c",
        ports / "uart" / f"{board.uart.driver}.c",
    ]


def port_folders(board: Board) -> tuple[Path, ...]:
    """Where the headers of `port_sources` lie, `mcuq_board.h` apart."""
    return tuple(firmware_dir() / "ports" / n for n in ("core", "uart", board.port, "stm32"))


def with_libraries(
    board: Board, sections: dict[str, Section], optimize: Optimize
) -> dict[str, Section]:
    """`sections` and the library members that they need, members of members included."""
    archives = compiler().libraries(board.core, optimize)
    found = dict(sections)
    while True:
        defined = frozenset(found)
        needed = frozenset(need for section in found.values() for need in section.needs) - defined
        fresh: dict[str, Section] = {}
        for archive in archives:
            fresh |= library_sections(archive, needed - fresh.keys())
        if not fresh:
            return found
        found |= fresh


def stack_bytes_needed(board: Board, sections: dict[str, Section]) -> int:
    """Bound of the main stack, with room for one exception on top of it."""
    exception = EXCEPTION_BYTES_FPU if board.core == "cortex-m55" else EXCEPTION_BYTES
    return _round(stack_bound(sections, "mcuq_start") + exception)


def _handler_stack(board: Board, sections: dict[str, Section]) -> int:
    handlers = ("mcuq_fault_save", "mcuq_systick_handler")
    return _round(sum(stack_bound(sections, name) + EXCEPTION_BYTES for name in handlers))


def _round(size: int) -> int:
    return -(-size // STACK_STEP) * STACK_STEP


def _arenas(sections: Mapping[str, Section]) -> list[str]:
    """Where models work and keep states, as input sections of the linker's."""
    found = [
        f"{unit}.o({section})"
        for unit, _, section in (name.partition(":") for name in sorted(sections))
        if unit.startswith("model/") and section in (".bss.arena", ".bss.state")
    ]
    return found + [f"model/{STEM}.c.o(.bss.{STEM})"] * (STEM in sections)
