"""All kernel tests once more under ASan and UBSan."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_native import SANITIZE


@pytest.mark.slow
def test_kernels_are_clean_under_sanitizers() -> None:
    if os.environ.get(SANITIZE):
        pytest.skip("this is the sanitized run")
    compiler = os.environ.get("CC", "cc")
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    query = [compiler, "-print-file-name=libasan.so"]
    library = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(library).is_absolute():
        pytest.skip(f"{compiler} has no AddressSanitizer")
    # Leaks are the interpreter's own; the kernels never allocate.
    environment = {
        **os.environ,
        SANITIZE: "1",
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0",
    }
    # Those on an emulated core run no code of the host.
    options = ["-q", "-x", "-s", "-m", "not arm", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [sys.executable, "-m", "pytest", *options, str(Path(__file__).parent)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
