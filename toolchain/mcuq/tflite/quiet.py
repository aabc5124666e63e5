"""Native code writes its log to file descriptor 2 and has no switch for that."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def quiet_native_log() -> Iterator[None]:
    """Native code's log goes nowhere meanwhile; Python exceptions still say why."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        with _redirected(nowhere):
            yield
    finally:
        os.close(nowhere)


def native_log_of(action: Callable[[], object]) -> str:
    """What native code logs while `action` runs."""
    with tempfile.TemporaryFile() as log:
        with _redirected(log.fileno()):
            action()
        log.seek(0)
        return log.read().decode(errors="replace")


@contextlib.contextmanager
def _redirected(target: int) -> Iterator[None]:
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        os.dup2(target, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
