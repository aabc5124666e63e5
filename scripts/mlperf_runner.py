"""Run MLPerf Tiny's own runner against emulated boards; its transcript goes into docs/mlperf.md.

    python scripts/mlperf_runner.py RUNNER DATA PYTHON ic=DIR kws=DIR:pa vww=DIR:p sww=DIR:p

RUNNER: the folder benchmark/runner of github.com/mlcommons/tiny. DATA: data sets in its layout
(scripts/mlperf_data.py). PYTHON: one that has what the runner imports. DIR: what `mcuq mlperf`
wrote, and behind a colon the modes: p for performance, a for accuracy. A first inference is asked
for before the runner starts: it is the one that the emulator counts, which may take longer than the
runner waits.

The streaming wake word is played by mcuq's stand-in of the interface board, from DATA/sww01, which
holds the sounds; a truth file that is named there and absent is replaced by the short one, as the
runner's README has it. Its accuracy script asks for a number of files that the runner cannot tell.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mcuq.mlperf import BENCHMARKS, MLPERF_IMAGE, Benchmark
from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.emulator.bridge import answering_pty, behind_pty
from mcuq_hil.emulator.port import UnicornPort
from mcuq_hil.emulator.qemu import QemuPort
from mcuq_hil.mlperf import COMMAND_END, MlperfDevice
from mcuq_hil.mlperf_interface import InterfaceBoard
from page_marks import between, write_between

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "mlperf.md"
BEGIN, END = "<!-- transcripts: scripts/mlperf_runner.py -->", "<!-- end of transcripts -->"
_FIRST_INFERENCE_SECONDS = 900.0
_DEVICES = {"ad": "devices_ad.yaml", "sww": "devices_sww.yaml"}
_LONG_SOUND = "long_wav.wav"
_DIED = "Traceback"
_LOOK_SECONDS = 5.0
_SCRIPTS = {"p": "tests_performance.yaml", "a": "tests_accuracy.yaml"}
_MODES = {"p": "performance", "a": "accuracy"}
_HEAD, _TAIL = 34, 8
"""Lines of a long transcript that are kept."""


def transcript(
    runner: Path, python: str, data: Path, benchmark: Benchmark, image: Path, mode: str
) -> str:
    """What the runner printed.

    Raises:
        SystemExit: it did not finish; says its last line.
    """
    board = MLPERF_IMAGE.parse((image / "mlperf.json").read_bytes()).board
    port = boot_emulator(load_board(board), image / "firmware.elf", estimating=True, steady=True)
    port.timeout = _FIRST_INFERENCE_SECONDS
    device = MlperfDevice(port)
    device.answer("the start")
    device.load(bytes(benchmark.input_bytes))
    device.infer(1, 0)
    options = ["--dataset_path", str(data), "--mode", mode]
    options += [
        "--device_list",
        str(runner / _DEVICES.get(benchmark.name, "devices_kws_ic_vww.yaml")),
    ]
    with _offered(port, device, benchmark, data) as name, tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch) / _SCRIPTS[mode]
        script.write_text(test_script(runner / _SCRIPTS[mode], data / benchmark.model))
        options += ["--test_script", str(script)]
        launch = [python, str(ROOT / "scripts" / "mlperf_launch.py"), str(runner), name, *options]
        log = _log_of(launch, Path(scratch))
    return log.replace(str(data), "DATA")


def _log_of(launch: list[str], folder: Path) -> str:
    """What the runner wrote; raises SystemExit where it did not finish.

    One that ends with an error is kept alive by the thread that reads its port.
    """
    with subprocess.Popen(launch, cwd=folder, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and _DIED not in _written(folder):
            time.sleep(_LOOK_SECONDS)
        if process.poll() is None:
            time.sleep(_LOOK_SECONDS)  # until the last line of the error is there
        process.kill()
    log = _written(folder)
    if process.returncode or _DIED in log:
        raise SystemExit(f"the runner did not finish: {log.strip().splitlines()[-1]}")
    return log


def _written(folder: Path) -> str:
    logs = folder.glob("sessions/*/log.txt")
    return "".join(path.read_text(encoding="utf-8") for path in logs)


@contextlib.contextmanager
def _offered(
    port: UnicornPort | QemuPort, device: MlperfDevice, benchmark: Benchmark, data: Path
) -> Iterator[str]:
    """How scripts/mlperf_launch.py is told of the device, or of what plays to it."""
    if not benchmark.listens:
        with behind_pty(port) as name:
            yield name
        return
    board = InterfaceBoard(device, data / benchmark.model)
    with answering_pty(COMMAND_END, board.answer) as name:
        yield f"interface={name}"
    port.close()


def test_script(script: Path, data: Path) -> str:
    """Text of the runner's script; where the long sound is not there, with the short one."""
    text = script.read_text(encoding="utf-8")
    if (data / _LONG_SOUND).is_file():
        return text
    return text.replace("sww_long_test.json", "sww_short_test.json")


def shortened(log: str) -> str:
    """The first and last lines, and how many are between them."""
    lines = log.splitlines()
    if len(lines) <= _HEAD + _TAIL:
        return "\n".join(lines)
    left_out = f"[… {len(lines) - _HEAD - _TAIL} lines left out …]"
    return "\n".join([*lines[:_HEAD], left_out, *lines[-_TAIL:]])


def write(title: str, log: str) -> None:
    """Put a transcript into the page, in place of an earlier one of that title."""
    there = between(PAGE, BEGIN, END)
    parts = [part.strip() for part in re.split(r"^(?=### )", there, flags=re.M) if part.strip()]
    known = {part.splitlines()[0]: part for part in parts}
    known[f"### {title}"] = f"### {title}\n\n```text\n{shortened(log)}\n```"
    write_between(PAGE, BEGIN, END, "\n\n".join(known.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runner", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("python")
    parser.add_argument("images", nargs="+", metavar="BENCHMARK=DIR[:MODES]")
    options = parser.parse_args()
    runner, data = options.runner.resolve(), options.data.resolve()
    for each in options.images:
        name, _, image = each.partition("=")
        folder, _, modes = image.partition(":")
        for mode in modes or "pa":
            benchmark = BENCHMARKS[name]
            log = transcript(runner, options.python, data, benchmark, Path(folder), mode)
            write(f"{benchmark.model}, {_MODES[mode]} mode", log)


if __name__ == "__main__":
    main()
