"""Write every kernel as C, those that templates make included: write_kernels.py FOLDER."""

from __future__ import annotations

import argparse
from pathlib import Path

from mcuq.emit.c.kernels import write_kernels
from mcuq.resources import firmware_dir


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="made where it does not exist")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{len(write_kernels(firmware_dir(), folder))} files in {folder}")


if __name__ == "__main__":
    main()
