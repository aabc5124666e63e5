"""A build and its run on an emulator where Python has no module and no name that only POSIX has.

usage: python host_elsewhere.py hidden|shown MODEL CALIBRATION FOLDER
"""

from __future__ import annotations

import importlib
import importlib.abc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
CHOOSE_BY_PLATFORM = ("deap.tools", "filelock", "platformdirs.unix", "serial.tools.list_ports")
"""Packages of others that look at `sys.platform`, which stays."""
NAMES: dict[Any, tuple[str, ...]] = {
    os: ("fork", "geteuid", "getgid", "getuid", "killpg", "mkfifo", "setsid", "sched_getaffinity"),
    signal: ("SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGXCPU"),
    socket: ("MSG_DONTWAIT", "AF_UNIX"),
}


class Hidden(importlib.abc.MetaPathFinder):
    """Says of POSIX's modules that there are none."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def hide() -> None:
    """From now on."""
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Hidden())
    for module, names in NAMES.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


def build(model: Path, calibration: Path, folder: Path) -> None:
    """From a model file to an image and its answers, by way of candidates and refinement."""
    import mcuq
    from mcuq.calibrate import OBSERVERS, observe
    from mcuq.calibrate.ranges import ranges_from
    from mcuq.exclusive import exclusive
    from mcuq.pipeline.search import make_ranker
    from mcuq.ptq.candidates import build_bank
    from mcuq.ptq.refine import RefineSettings, refine
    from mcuq_hil.bench import open_session
    from mcuq_hil.boards import load_board

    graph = mcuq.load_model(model)
    data = mcuq.load_data(calibration, graph).take(32)
    with exclusive(folder / "model.tflite"):
        ranges = ranges_from(observe(graph, data.inputs), OBSERVERS)
        choice = mcuq.WeightChoice(4, "gptq")
        bank = build_bank(graph, ranges, data.inputs, methods=[choice])
        config = mcuq.Config(default_weight=choice)
        found = refine(
            graph, ranges, config, data.inputs, data.inputs, bank=bank,
            settings=RefineSettings(epochs=1, batch=16),
        )  # fmt: skip
        losses = make_ranker(graph, data).losses(found.qgraph, (0, 32))
        (folder / "losses").write_bytes(losses.tobytes())
        (folder / "model.tflite").write_bytes(mcuq.tflite_bytes(found.qgraph))
        memory = mcuq.plan_program(mcuq.lower_graph(found.qgraph))
        mcuq.write_c_model(memory, mcuq.firmware_dir(), folder / "model")
        board = load_board("stm32f746")
        image = mcuq.build_firmware(board, folder / "model", folder / "out")
        (stored,) = mcuq.quantize_inputs(found.qgraph, data.inputs)
        with open_session(board, image.elf) as session:
            answers = [session.run([sample.tobytes()])[0] for sample in stored[:4]]
        (folder / "answers").write_bytes(b"".join(answers))


if __name__ == "__main__":
    if sys.argv[1] == "hidden":
        for name in CHOOSE_BY_PLATFORM:
            importlib.import_module(name)
        hide()
    build(*map(Path, sys.argv[2:]))
