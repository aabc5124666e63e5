"""The `mcuq` command: one file a subcommand, errors as one line and an exit code."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import mcuq
from mcuq.cli import (
    bench,
    boards,
    build,
    bundle,
    calibrate,
    check,
    compare,
    debug,
    doctor,
    dynamic,
    emit,
    explain,
    finetune,
    init,
    inspect,
    mlperf,
    profile,
    quantize,
    report,
    run,
    search,
    worst,
)
from mcuq.cli.failure import report_failure
from mcuq.cli.hil import hil_app
from mcuq.cli.notes import show_notes
from mcuq.cli.output import configure
from mcuq.cli.stopping import INTERRUPTED, report_stop, stoppable

app = typer.Typer(
    name="mcuq",
    help="Fit a trained network to a microcontroller and prove it on the board.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mcuq {mcuq.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say why, too.")] = False,
    color: Annotated[
        bool | None, typer.Option("--color/--no-color", help="Default: on terminals.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show and exit.")
    ] = False,
) -> None:
    configure(verbose=verbose, color=color)


app.command("build")(build.build)
app.command("bundle")(bundle.bundle)
app.command("calibrate")(calibrate.calibrate)
app.command("quantize")(quantize.quantize)
app.command("search")(search.search)
app.command("dynamic")(dynamic.dynamic)
app.command("init")(init.init)
app.add_typer(boards.app, name="boards")
app.add_typer(hil_app, name="hil")
app.command("inspect")(inspect.inspect)
app.command("run")(run.run)
app.command("profile")(profile.profile)
app.command("report")(report.report)
app.command("emit")(emit.emit)
app.command("finetune")(finetune.finetune)
app.command("debug")(debug.debug)
app.command("explain")(explain.explain)
app.add_typer(bench.app, name="bench")
app.command("compare")(compare.compare)
app.command("check")(check.check)
app.command("mlperf")(mlperf.mlperf)
app.command("worst")(worst.worst)
app.command("doctor")(doctor.doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line.

    Returns:
        The exit code: 0 done, 1 internal error, 2 usage, 3 bad input, 4 nothing fits,
        5 board or link failed, 6 a gate failed, 130 or 143 stopped by SIGINT or SIGTERM.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    configure(verbose=False, color=None)
    show_notes()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal of few characters shows the others as escapes.
            stream.reconfigure(errors="backslashreplace")
    with stoppable() as stop:
        try:
            code = app(args=words, prog_name="mcuq", standalone_mode=False)
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except KeyboardInterrupt:
            return report_stop(stop)
        except Exception as error:
            if stop.asked is not None:
                # Of what was broken off: it says nothing of its own.
                return report_stop(stop)
            return report_failure(error, as_json="--json" in words)
        # Typer has made a number of it.
        if code == INTERRUPTED:
            return report_stop(stop)
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
