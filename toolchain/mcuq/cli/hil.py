"""`mcuq hil`: the bench: which boards are there, are they well, run an image, run for long."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mcuq.cli import complete
from mcuq.cli.options import finite
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.cli.serve import serve
from mcuq.errors import DeviceError, InputError, UsageError
from mcuq.pipeline import names
from mcuq.progress import Progress, ProgressCallback
from mcuq.shown import visible
from mcuq.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from mcuq.report.hil import PlaceCheck, PluggedPort
    from mcuq_hil import Session
    from mcuq_hil.farm import Place

hil_app = typer.Typer(help="The bench: boards in the loop, plugged in or emulated.")

hil_app.command("serve")(serve)

FARM_FILE = "hil.toml"

FarmOption = Annotated[
    Path | None, typer.Option("--farm", help=f"Farm file [default: {FARM_FILE} if there is one].")
]
BoardOption = Annotated[
    str | None,
    typer.Option(
        "--board",
        "-b",
        help="One board instead of a farm.",
        autocompletion=complete.one_of(names.boards),
    ),
]
PortOption = Annotated[
    str | None, typer.Option("--port", help="Its serial port; without one it is emulated.")
]


def _places(farm: Path | None, board: str | None, port: str | None) -> tuple[Place, ...]:
    """The places that the options name."""
    from mcuq_hil.farm import Place, read_farm

    if board is not None:
        if farm is not None:
            raise UsageError("--board and --farm exclude each other", "leave one of them out")
        return (Place(board, board, emulated=port is None, port=port),)
    if port is not None:
        raise UsageError("--port needs --board", "name the board that is plugged in there")
    path = farm or Path(FARM_FILE)
    if farm is None and not path.is_file():
        raise UsageError(f"no {FARM_FILE} here", "name a board with --board, or a farm with --farm")
    return read_farm(path)


@hil_app.command("list")
def list_(farm: FarmOption = None, json: JsonFlag = False) -> None:
    """List the farm's places, and the serial ports that are plugged in."""
    from mcuq.report.hil import BENCH, Bench, PluggedPort
    from mcuq_hil import list_boards
    from mcuq_hil.discovery import list_serial_ports
    from mcuq_hil.farm import read_farm

    path = farm or Path(FARM_FILE)
    places = read_farm(path) if farm is not None or path.is_file() else ()
    boards = list_boards()
    ports = tuple(
        PluggedPort(
            port.device,
            port.usb,
            port.serial_number,
            tuple(board.name for board in boards if port.usb in board.probe.usb),
        )
        for port in list_serial_ports()
    )
    if json:
        write_json(BENCH, Bench(places, ports))
        return
    _print_places(places)
    _print_ports(ports)


def _print_places(places: Sequence[Place]) -> None:
    from rich.table import Table

    if not places:
        stdout().print(f"no farm: write {FARM_FILE}, see docs/hil.md", style="dim")
        return
    table = Table("place", "board", "reached by", box=None, pad_edge=False)
    for place in places:
        way = place.port or (f"serial number {place.serial_number or 'any'}")
        table.add_row(place.name, place.board, "emulator" if place.emulated else way)
    stdout().print(table)


def _print_ports(ports: Sequence[PluggedPort]) -> None:
    from rich.table import Table

    if not ports:
        stdout().print("no USB serial port is plugged in", style="dim")
        return
    table = Table("port", "USB", "serial number", "could be", box=None, pad_edge=False)
    for port in ports:
        table.add_row(port.device, port.usb, port.serial_number, ", ".join(port.could_be))
    stdout().print(table)


@hil_app.command("check")
def check(
    farm: FarmOption = None,
    board: BoardOption = None,
    port: PortOption = None,
    json: JsonFlag = False,
) -> None:
    """Flash and run the self-test on every place: link, arithmetic, counter, stack."""
    from mcuq.report.hil import CHECKS

    places = _places(farm, board, port)
    with temporary_folder() as scratch, shown_progress() as progress:
        images = _selftest_images(places, scratch, progress)
        results = []
        for done, place in enumerate(places):
            progress(Progress("check", done, len(places), place.name))
            results.append(_checked(place, images[place.board]))
    if json:
        write_json(CHECKS, tuple(results))
    else:
        for result in results:
            _print_check(result)
    bad = [result.place for result in results if not result.ok]
    if bad:
        _fail(f"{len(bad)} of {len(results)} places fail: {', '.join(bad)}", json)


def _checked(place: Place, image: Path) -> PlaceCheck:
    """The self-test at a place."""
    from mcuq.report.hil import PlaceCheck
    from mcuq_hil.farm import Job, run_jobs
    from mcuq_hil.selftest import check as check_session

    report = run_jobs([place], [Job(place.name, place.board, image, check_session)])
    outcome = report.outcomes[0]
    error = report.setbacks[0].error if report.setbacks else outcome.error
    result = PlaceCheck(place.name, place.board, ok=error is None)
    if error is not None:
        kind = type(error).__name__
        return replace(result, error=kind, cause=error.cause, hint=error.hint)
    if outcome.value is None:
        return result
    counts, (used, reserved) = outcome.value.counts, outcome.value.stack
    return replace(
        result, count=counts.total, unit=counts.unit, stack_used=used, stack_reserved=reserved
    )


def _print_check(result: PlaceCheck) -> None:
    from rich.text import Text

    if result.ok:
        line = f"{result.count} {result.unit}, stack {result.stack_used}"
        text = f"{result.place}: {line} of {result.stack_reserved} bytes"
        stdout().print(Text.assemble(("ok   ", "green"), " ", visible(text)))
    else:
        text = f"{result.place}: {result.error}: {result.cause}"
        stdout().print(Text.assemble(("fails", "red"), " ", visible(text)))


def _fail(cause: str, told: bool) -> NoReturn:
    """End with the exit code of a board's failure; `told`: the JSON document says it all."""
    if told:
        raise typer.Exit(DeviceError.exit_code)
    raise DeviceError(cause, "see what each place said; `mcuq doctor` checks the programs it needs")


def _selftest_images(
    places: Sequence[Place], folder: Path, progress: ProgressCallback
) -> dict[str, Path]:
    from mcuq.compiler.selftest import build_selftest
    from mcuq_hil import load_board

    progress(Progress("build", note="the self-test image"))
    return {
        name: build_selftest(load_board(name), folder / Path(name).stem).elf
        for name in sorted({place.board for place in places})
    }


@hil_app.command("run")
def run(
    elf: Annotated[Path, typer.Argument(help="A firmware.elf that mcuq built.")],
    board: Annotated[str, typer.Option("--board", "-b", help="The board it was built for.")],
    input_: Annotated[
        list[Path], typer.Option("--input", help=".npy of int8 samples, one file an input.")
    ],
    port: PortOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the outputs here, as .npz.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Run an image on int8 samples: outputs and counts, as the device gives them."""
    from mcuq.atomic_write import check_writable, write_arrays
    from mcuq.report.hil import RUN, ImageRun
    from mcuq_hil import load_board, open_session

    if output is not None:
        check_writable(output)
    samples = [_read_samples(path) for path in input_]
    if len({len(array) for array in samples}) != 1:
        raise InputError(
            "the input files hold different numbers of samples", "give as many of each input"
        )
    with shown_progress() as progress, open_session(load_board(board), elf, port) as session:
        outputs, totals = _run_all(session, samples, progress)
        unit = session.unit
    if output is not None:
        write_arrays(output, {f"y{index}": array for index, array in enumerate(outputs)})
    if json:
        write_json(RUN, ImageRun(len(totals), unit, tuple(totals)))
        return
    mean = sum(totals) / max(len(totals), 1)
    stdout().print(f"{len(totals)} samples, {mean:.0f} {unit} each")


def _read_samples(path: Path) -> npt.NDArray[np.int8]:
    import numpy as np

    from mcuq.arrays import open_arrays

    readers = open_arrays(path)
    if path.is_dir() or set(readers) != {"x"}:
        raise InputError(f"{path} is not a .npy file", "write it with numpy.save")
    array = readers["x"]()
    if array.dtype != np.int8 or array.ndim < 1:
        raise InputError(f"{path} does not hold an int8 array", "quantize the samples first")
    return array


def _run_all(
    session: Session, samples: Sequence[npt.NDArray[np.int8]], progress: ProgressCallback
) -> tuple[list[npt.NDArray[np.int8]], list[int]]:
    import numpy as np

    rows: list[list[bytes]] = []
    totals = []
    for index in range(len(samples[0])):
        found, counts = session.run_counted([array[index].tobytes() for array in samples])
        rows.append(found)
        totals.append(counts.total)
        progress(Progress("run", index + 1, len(samples[0]), "samples"))
    columns = [b"".join(row[i] for row in rows) for i in range(len(session.info.outputs))]
    shapes = [(len(rows), io.bytes) for io in session.info.outputs]
    return [
        np.frombuffer(column, np.int8).reshape(shape)
        for column, shape in zip(columns, shapes, strict=True)
    ], totals


@hil_app.command("soak")
def soak(
    farm: FarmOption = None,
    board: BoardOption = None,
    port: PortOption = None,
    minutes: Annotated[float, typer.Option(min=0.01, callback=finite, help="How long.")] = 10.0,
    json: JsonFlag = False,
) -> None:
    """Check every place again and again, all at once, and count what goes wrong."""
    from rich.text import Text

    from mcuq.report.hil import SOAK, Soaked, SoakError
    from mcuq_hil.farm import soak as soak_places

    places = _places(farm, board, port)
    seconds, begin = minutes * 60, time.monotonic()
    with temporary_folder() as scratch, shown_progress() as progress:
        images = _selftest_images(places, scratch, progress)

        def on_round(place: str, rounds: int) -> None:
            gone = min(seconds, time.monotonic() - begin)
            progress(Progress("soak", int(gone), int(seconds), f"{place}: {rounds} rounds"))

        report = soak_places(places, images, seconds, on_round=on_round)
    if json:
        errors = tuple(SoakError(place, error.cause) for place, error in report.errors)
        write_json(SOAK, Soaked(report.seconds, dict(report.exchanges), errors))
    else:
        for place, rounds in report.exchanges.items():
            stdout().print(f"{place}: {rounds} rounds")
        for place, error in report.errors:
            stdout().print(Text.assemble((visible(place), "red"), ": ", visible(error.cause)))
    if not report.is_clean:
        _fail(f"the soak found {len(report.errors)} errors", json)
