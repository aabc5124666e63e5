"""A Zephyr application, with the model as a Zephyr module beside it."""

from __future__ import annotations

from pathlib import Path

from mcuq.integrate.bare_metal import copy_model
from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import write_checks
from mcuq.integrate.snippets import checks, each, headers, includes, inits, usage, verdicts
from mcuq.integrate.templates import render, write
from mcuq_hil.boards import load_board

BOARDS = {
    "stm32f746": "stm32f746g_disco",
    "nucleo-f446re": "nucleo_f446re",
    "nucleo-f411re": "nucleo_f411re",
    "nucleo-g071rb": "nucleo_g071rb",
    "nucleo-g474re": "nucleo_g474re",
    "nucleo-h563zi": "nucleo_h563zi",
    "nucleo-h743zi": "nucleo_h743zi",
    "nucleo-l432kc": "nucleo_l432kc",
    "b-l475e-iot01a": "disco_l475_iot1",
    "nrf52840-dk": "nrf52840dk/nrf52840",
    "nrf5340-dk": "nrf5340dk/nrf5340/cpuapp",
    "rp2040-pico": "rpi_pico",
    "rp2350-pico2": "rpi_pico2/rp2350a/m33",
    "feather-m4": "adafruit_feather_m4_express",
    "mimxrt1060-evk": "mimxrt1060_evk/mimxrt1062/qspi",
    "apollo4p-evb": "apollo4p_evb",
    "mps2-an386": "mps2/an386",
    "mps3-an547": "mps3/corstone300/an547",
    "stm32f103c8": "stm32_min_dev@blue",
}
"""Our boards' names in Zephyr; another one is the user's to fill in."""

_EMULATED = {
    "cortex-m0plus": "mps2/an385",
    "cortex-m3": "mps2/an385",
    "cortex-m4": "mps2/an521/cpu0",
    "cortex-m7": "mps2/an521/cpu0",
    "cortex-m33": "mps2/an521/cpu0",
    "cortex-m55": "mps3/corstone300/an547",
}
"""By the board's core, a machine that Zephyr runs in QEMU and that has its instructions of many
numbers at once: Cortex-M3, M33 with DSP, and M55. It has none of an M4 or M7."""


def write_zephyr(built: Built, folder: Path) -> None:
    """CMakeLists.txt, prj.conf, sample.yaml, src/main.c and model/ with its module.yml."""
    board = BOARDS.get(built.board, "YOUR_BOARD")
    emulated = _EMULATED[load_board(built.board).core]
    copy_model(built, folder / "model")
    sources = "\n".join(f"    {name}" for name in built.sources)
    module = render("zephyr/model.cmake", library=built.library, sources=sources)
    write(folder / "model" / "CMakeLists.txt", module)
    write(
        folder / "model" / "zephyr" / "module.yml",
        render("zephyr/module.yml", library=built.library),
    )
    write(folder / "CMakeLists.txt", render("zephyr/CMakeLists.txt"))
    write(folder / "prj.conf", render("zephyr/prj.conf"))
    write(folder / "sample.yaml", _sample(built, board, emulated))
    main = render(
        "zephyr/main.c", includes=includes(built), inits=inits(built), checks=checks(built)
    )
    write(folder / "src" / "main.c", main)
    write_checks(built, folder / "src")
    told = render(
        "zephyr/README.md",
        board=board,
        emulated=emulated,
        headers=headers(built),
        verdicts=verdicts(built),
        usage=usage(built, "model/"),
    )
    write(folder / "README.md", told)


def _sample(built: Built, board: str, emulated: str) -> str:
    """What twister waits for: a line a model."""
    kind = "one_line" if len(built.models) == 1 else "multi_line"
    lines = each(built, lambda names: f'- "{names.word}: ok"', " " * 8)
    boards = board if board == emulated else f"{board} {emulated}"
    return render("zephyr/sample.yaml", boards=boards, type=kind, verdicts=lines)
