"""One inference of a published image: what it executes and what it reads from flash."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcuq_hil.emulator.hooks import on_read
from silicon.chips import CHIPS, Chip
from silicon.machine import Machine, load_image

Key = tuple[int, int]

_MARK = b"m-lap-us-"
_READY = b"m-ready"
_BOOT_BLOCKS = 10_000_000
_RUN_BLOCKS = 400_000_000
_HEX_BYTES = 31
"""In one `db` command: what the benchmark's own parser has room for."""
_FLOAT_INPUT = "ad"


@dataclass(frozen=True)
class Execution:
    """Attributes:
    visits: (address, bytes) of a block → how often it ran.
    taken: the same → how often something else followed than the next address.
    code: the same → its bytes.
    reads: addresses of all data reads from flash, in order.
    """

    visits: Mapping[Key, float]
    taken: Mapping[Key, float]
    code: Mapping[Key, bytes]
    reads: array[int]


def execute(chip_name: str, image: Path, model: str, input_bytes: int) -> Execution:
    """Boot an image, load an input, and count between its two time stamps.

    One inference is half of what three take more than one: what frames them falls out.

    Raises:
        StuckError: the firmware does not answer.
    """
    chip = CHIPS[chip_name]
    machine = Machine(chip, *load_image(image, chip.flash))
    machine.run_until(_READY, _BOOT_BLOCKS)
    _load(machine, _input(model, input_bytes))
    one, one_taken = _counted(machine, 1)
    three, three_taken = _counted(machine, 3)
    visits = {key: (three[key] - one.get(key, 0)) / 2 for key in three}
    taken = {key: (three_taken[key] - one_taken.get(key, 0)) / 2 for key in three_taken}
    visits = {key: times for key, times in visits.items() if times > 0}
    code = {key: bytes(machine.uc.mem_read(*key)) for key in visits}
    return Execution(visits, taken, code, _flash_reads(machine, chip))


def _input(model: str, count: int) -> bytes:
    random = np.random.default_rng(0)
    if model == _FLOAT_INPUT:
        return random.normal(0, 10, count // 4).astype("<f4").tobytes()
    return random.integers(0, 256, count, dtype=np.uint8).tobytes()


def _load(machine: Machine, data: bytes) -> None:
    _command(machine, f"db load {len(data)}")
    for at in range(0, len(data), _HEX_BYTES):
        _command(machine, f"db {data[at : at + _HEX_BYTES].hex()}")


def _command(machine: Machine, text: str) -> None:
    machine.send(f"{text}%".encode())
    machine.run_until(_READY, _BOOT_BLOCKS)


def _counted(machine: Machine, inferences: int) -> tuple[dict[Key, int], dict[Key, int]]:
    machine.send(f"infer {inferences} 0%".encode())
    machine.run_until(_MARK, _BOOT_BLOCKS)
    machine.visits.clear()
    machine.taken.clear()
    machine.run_until(_MARK, _RUN_BLOCKS)
    counted = dict(machine.visits), dict(machine.taken)
    machine.run_until(_READY, _BOOT_BLOCKS)
    return counted


def _flash_reads(machine: Machine, chip: Chip) -> array[int]:
    """Of one inference, frame included."""
    reads: array[int] = array("I")
    machine.send(b"infer 1 0%")
    machine.run_until(_MARK, _BOOT_BLOCKS)
    hook = on_read(machine.uc, *chip.memories[0], reads.append)
    machine.run_until(_MARK, _RUN_BLOCKS)
    hook.remove()
    return reads
