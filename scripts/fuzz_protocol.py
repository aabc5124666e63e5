"""Fuzz the device's side of the serial protocol on the host, under ASan and UBSan.

python scripts/fuzz_protocol.py --executions 1000000 --seed 1
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "hil"), str(ROOT / "fuzz")]


def main() -> int:
    from test_fuzz import build_fuzzer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        program = build_fuzzer(Path(scratch))
        words = [str(program), str(options.executions), str(options.seed)]
        return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
