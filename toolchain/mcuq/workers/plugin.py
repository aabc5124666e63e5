"""What a Dask worker is given, once: what tells whether it may take part, and the data.

It travels by value (`mcuq.workers.dask`), since a worker may have no mcuq, or another one: nothing
of mcuq is imported before it is asked for, in `setup`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from distributed import Worker, WorkerPlugin


class Crew(WorkerPlugin):  # type: ignore[misc]  # Dask is half annotated: not read
    """A worker that is as the client is offers a resource of this name; others say why not.

    Dask hands plugins to every worker once, to those that come later, too, and gives a job that
    needs a resource to those workers alone that have it, one job at a time.

    Args:
        name: of the plugin, the resource and the topic of those that are refused.
        expected, packages, also: see `mcuq.workers.identity.difference`.
        payload: pickled (start, arguments); taken when the first job comes.
    """

    def __init__(
        self,
        name: str,
        expected: Mapping[str, str],
        packages: tuple[str, ...],
        also: str,
        payload: bytes,
    ) -> None:
        self.name = name
        self.expected = expected
        self.packages = packages
        self.also = also
        self.payload = payload
        self.state: Any = ...

    async def setup(self, worker: Worker) -> None:
        """Look at this process, beside its event loop: it reads files."""
        differs = await asyncio.to_thread(self._difference)
        if differs:
            self.payload = b""
            worker.log_event(self.name, {"worker": worker.address, "differs": differs})
        else:
            await worker.set_resources(**{self.name: 1})

    async def teardown(self, worker: Worker) -> None:
        """Let go of the data."""
        self.payload, self.state = b"", ...
        await worker.set_resources(**{self.name: 0})

    def _difference(self) -> str:
        try:
            from mcuq.workers.identity import difference
        except ImportError as error:
            return f"it has no such mcuq: {error}"
        return difference(self.expected, self.packages, self.also)
