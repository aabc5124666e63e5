"""UF2 boot loaders: a drive to which a file is copied (the UF2 format's specification)."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.errors import FlashError

_BLOCK = struct.Struct("<8I476sI")
_MAGIC_START = (0x0A32_4655, 0x9E5D_5157)
_MAGIC_END = 0x0AB1_6F30
_FAMILY_PRESENT = 0x2000
_PAYLOAD = 256
_MOUNTS = ("/media", "/run/media", "/mnt", "/Volumes")
_DEPTH = 2


def uf2_blocks(content: bytes, origin: int, family: int) -> bytes:
    """`content` for address `origin` as UF2: 512-byte blocks of 256 bytes each."""
    count = -(-len(content) // _PAYLOAD)
    blocks = []
    for number in range(count):
        payload = content[number * _PAYLOAD : (number + 1) * _PAYLOAD].ljust(_PAYLOAD, b"\0")
        blocks.append(
            _BLOCK.pack(
                *_MAGIC_START,
                _FAMILY_PRESENT,
                origin + number * _PAYLOAD,
                _PAYLOAD,
                number,
                count,
                family,
                payload,
                _MAGIC_END,
            )
        )
    return b"".join(blocks)


def flash_uf2(board: Board, content: bytes, seconds: float) -> None:
    """Write the image to the boot loader's drive and wait until the board has left it.

    Raises:
        FlashError: no such drive within the time, or the drive stays.
    """
    label, family = board.probe.uf2_volume, board.probe.uf2_family
    if label is None or family is None:
        raise FlashError(f"{board.title} has no UF2 boot loader", "choose another flasher")
    deadline = time.monotonic() + seconds
    drive = _wait_for(label, deadline, present=True)
    if drive is None:
        raise FlashError(
            f"no drive called {label} is mounted",
            "open it: hold the BOOTSEL button while plugging in, or press the reset button twice",
        )
    partial = drive / "mcuq.uf2"
    partial.unlink(missing_ok=True)
    with partial.open("xb") as stream:
        stream.write(uf2_blocks(content, board.flash.origin, family))
        stream.flush()
        os.fsync(stream.fileno())
    if _wait_for(label, deadline, present=False) is not None:
        raise FlashError(
            f"{label} did not accept the image",
            "open it again: BOOTSEL held while plugging in, or reset pressed twice",
        )


def _wait_for(label: str, deadline: float, *, present: bool) -> Path | None:
    """The drive, once it is there (or None once it is gone); what there is at the deadline."""
    while True:
        drive = find_drive(label)
        if (drive is not None) == present or time.monotonic() >= deadline:
            return drive
        time.sleep(0.1)


def find_drive(label: str, mounts: tuple[str, ...] = _MOUNTS) -> Path | None:
    """Where the drive called `label` is mounted, or None."""
    for mount in mounts:
        for depth in range(_DEPTH):
            for found in Path(mount).glob("*/" * depth + label):
                if (found / "INFO_UF2.TXT").is_file():
                    return found
    return None
