"""Where jobs are done: here, in processes of this computer, or on Dask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from mcuq.errors import UsageError
from mcuq.workers.base import InThisProcess, Start, Workers
from mcuq.workers.pool import ProcessPool

if TYPE_CHECKING:
    from distributed import Client

_dask: ContextVar[tuple[Client, str] | None] = ContextVar("dask", default=None)
LOCAL = "local"


@contextmanager
def working_on(scheduler: str | None, dask: str | None, count: int) -> Iterator[None]:
    """Send what `start_workers` is asked for inside to Dask, where one of the two is given.

    Inside of another one it changes nothing.

    Args:
        scheduler: address of a scheduler.
        dask: "local": workers on this computer.
        count: how many those are.

    Raises:
        UsageError: both are given, or Dask is not installed. InputError: no scheduler answers.
    """
    if scheduler is not None and dask is not None:
        raise UsageError("--scheduler and --dask exclude each other", "give one of them")
    if (scheduler is None and dask is None) or _dask.get() is not None:
        yield
        return
    from mcuq.workers import cluster

    connection = cluster.local(count) if scheduler is None else cluster.connected(scheduler)
    with connection as client:
        token = _dask.set((client, "on this computer" if scheduler is None else f"at {scheduler}"))
        try:
            yield
        finally:
            _dask.reset(token)


def is_on_dask() -> bool:
    """Whether `working_on` sends jobs elsewhere."""
    return _dask.get() is not None


def start_workers(count: int, start: Start, *arguments: object, also: str = "") -> Workers:
    """Workers whose state is `start(*arguments)`.

    Args:
        count: processes of this computer; Dask has as many as come.
        also: "module:function" that names more that Dask's workers must have as this process has
            it, such as a compiler: name → version.
    """
    found = _dask.get()
    if found is not None:
        from mcuq.workers.dask import DaskWorkers

        return DaskWorkers(*found, start, arguments, also)
    if count <= 1:
        return InThisProcess(start, *arguments)
    return ProcessPool(count, start, *arguments)
