"""Write every kernel as C, those that templates make included: write_kernels.py FOLDER.

With --cmsis-nn they are written as a library in the place of CMSIS-NN: Include/ with its headers,
Source/ with one file a function (docs/kernels.md).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mcuq.emit.c.kernels import write_kernels
from mcuq.emit.c.library import write_library
from mcuq.resources import firmware_dir


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="made where it does not exist")
    parser.add_argument("--cmsis-nn", action="store_true", help="with CMSIS-NN's names and layout")
    asked = parser.parse_args()
    folder: Path = asked.folder
    folder.mkdir(parents=True, exist_ok=True)
    write = write_library if asked.cmsis_nn else write_kernels
    print(f"{len(write(firmware_dir(), folder))} files in {folder}")


if __name__ == "__main__":
    main()
