"""The log of a search's scores: one process's at a time, and there until the result is written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from mcuq.errors import InputError, InUseError
from mcuq.exclusive import exclusive
from mcuq.pipeline.request import BuildRequest

_held: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())


def log_path(request: BuildRequest) -> Path:
    """`.NAME.search.jsonl` beside the output directory NAME."""
    return request.output.parent / f".{request.output.name}.search.jsonl"


@contextlib.contextmanager
def scores_kept(request: BuildRequest) -> Iterator[None]:
    """Keep the log of the request's search until the outermost of these ends well.

    Where one ends with an error the log stays, and the same request goes on from there.

    Raises:
        InUseError: another process searches with this log.
    """
    path = log_path(request)
    if path in _held.get():
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(exclusive(path))
        except InUseError:
            raise
        except InputError:
            # The log itself says so: a search can do without one.
            yield
            return
        token = _held.set(_held.get() | {path})
        try:
            yield
            path.unlink(missing_ok=True)
        except KeyboardInterrupt as stop:
            if path.is_file():
                stop.add_note("the same command goes on where this one was")
            raise
        finally:
            _held.reset(token)
