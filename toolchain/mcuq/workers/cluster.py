"""A connection to a Dask scheduler, somebody's or one of our own on this computer."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mcuq.errors import InputError, UsageError
from mcuq.temporary import temporary_folder
from mcuq.workers.pool import interrupts_withheld
from mcuq.workers.settings import DASK

if TYPE_CHECKING:
    from distributed import Client

_NO_PAGES: dict[str, list[str]] = {
    f"distributed.{side}.http.routes": [] for side in ("scheduler", "worker")
}
"""Dask's servers of pages cannot be turned off: these have none."""
_ADDRESS = re.compile(r"(tcp|tls)://[^/\s]+:\d+")


@contextlib.contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at `tcp://HOST:PORT` or `tls://HOST:PORT`.

    Raises:
        UsageError: Dask is not installed, or it is no such address. InputError: nobody answers.
    """
    distributed = _distributed()
    from mcuq.workers.tls import LenientSecurity

    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"--scheduler {address} is no address", "write it as tcp://HOST:8786 or tls://HOST:8786"
        )
    with _quiet():
        try:
            client = distributed.Client(
                address,
                timeout=DASK.connect_s,
                set_as_default=False,
                security=LenientSecurity(),
            )
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"no Dask scheduler answers at {address}",
                "start one with: dask scheduler; tls:// needs Dask's own settings for certificates",
            ) from error
        with _closed(client):
            _remove_leftovers(client)
            yield client


@contextlib.contextmanager
def local(workers: int) -> Iterator[Client]:
    """A client of a scheduler in this process, with so many workers on this computer alone.

    Others on the computer cannot use it: it asks for certificates that are made for it.

    Raises:
        UsageError: Dask is not installed.
    """
    distributed = _distributed()
    import dask.config

    from mcuq.workers.tls import LenientSecurity

    with _quiet(), temporary_folder() as scratch, dask.config.set(_NO_PAGES):
        # Interrupts are ours to handle, also in workers that are started later, by other threads.
        with interrupts_withheld():
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
                security=LenientSecurity.temporary(),
                silence_logs=logging.CRITICAL,
                local_directory=str(scratch),
            )
        with cluster, _closed(distributed.Client(cluster, set_as_default=False)) as client:
            yield client


def _distributed() -> Any:
    try:
        import cryptography  # noqa: F401 - asked for here, so that the error names the extra
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler and --dask need Dask", "pip install 'mcuq[dask]'") from error
    return distributed


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs about a scheduler that is lost, or workers that go, we say ourselves."""
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    # Dask gives some of them levels of their own.
    levels = {one: one.level for one in known if one.name.partition(".")[0] == "distributed"}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


@contextlib.contextmanager
def _closed(client: Client) -> Iterator[Client]:
    try:
        yield client
    finally:
        with contextlib.suppress(TimeoutError, OSError):
            client.close(timeout=DASK.close_s)


def _remove_leftovers(client: Client) -> None:
    """Take from the workers what clients sent that were killed."""
    from mcuq.workers.dask import PREFIX

    def left(dask_scheduler: Any) -> list[str]:
        # Of this function's own text, which travels: a scheduler needs no mcuq.
        own = (name for name in dask_scheduler.worker_plugins if name.startswith(PREFIX))
        return [name for name in own if name.split(":")[1] not in dask_scheduler.clients]

    for name in client.run_on_scheduler(left):
        with contextlib.suppress(TimeoutError, OSError, ValueError):
            client.sync(
                client.scheduler.unregister_worker_plugin, name=name, callback_timeout=DASK.close_s
            )
