"""The most memory that one process of a build took: a committed way to the figures in the docs.

Everything after the script's name is handed to `mcuq build`; nothing is cached.

usage: python scripts/peak_memory.py MODEL --board BOARD --calibration DATA ...
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile


def peak_megabytes(arguments: list[str], folder: str) -> float:
    """Largest resident set, in 10^6 bytes, of a build and of the processes that it started."""
    environment = {**os.environ, "XDG_CACHE_HOME": folder}
    command = [sys.executable, "-m", "mcuq", "build", *arguments, "-o", f"{folder}/out"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(f"{peak_megabytes(sys.argv[1:], folder):.0f} MB")


if __name__ == "__main__":
    main()
