"""Jobs on the workers of a Dask scheduler, which come and go."""

from __future__ import annotations

import contextlib
import itertools
import logging
import pickle
from collections.abc import Callable, Iterator, Sequence

import cloudpickle
from distributed import Client

from mcuq.errors import WorkersError
from mcuq.workers import plugin
from mcuq.workers.base import Job, Start, Value, Workers
from mcuq.workers.identity import identity
from mcuq.workers.jobs import Jobs
from mcuq.workers.settings import DASK

PREFIX = "mcuq:"
_log = logging.getLogger(__name__)
_numbers = itertools.count()
cloudpickle.register_pickle_by_value(plugin)


class DaskWorkers(Workers):
    """Every worker of a scheduler that runs the same code as this process.

    Args:
        client: of the scheduler.
        place: where it is: "at tcp://HOST:PORT", "on this computer".
        start: called before a worker's first job, with `arguments`.
        arguments: sent once to each worker, also to those that come later.
        also: "module:function", see `mcuq.workers.identity.identity`.

    Raises:
        WorkersError: the scheduler is lost.
    """

    def __init__(
        self, client: Client, place: str, start: Start, arguments: tuple[object, ...], also: str
    ) -> None:
        self.client = client
        self.place = place
        self.name = f"{PREFIX}{client.id}:{next(_numbers)}"
        self._refused: dict[str, str] = {}
        self._strangers: set[str] = set()
        package = start.__module__.partition(".")[0]
        packages = () if package in ("mcuq", "__main__") else (package,)
        payload = pickle.dumps((start, arguments), pickle.HIGHEST_PROTOCOL)
        crew = plugin.Crew(self.name, identity(packages, also), packages, also, payload)
        # A worker that does not answer is not waited for; the others have it then.
        with self.reached(), contextlib.suppress(TimeoutError):
            client.sync(
                client.scheduler.register_worker_plugin,
                plugin=cloudpickle.dumps(crew),
                name=self.name,
                idempotent=False,
                callback_timeout=DASK.settle_s,
            )

    @property
    def count(self) -> int:
        return max(1, len(self.accepted()))

    def finished(
        self, function: Callable[..., Value], jobs: Sequence[Job]
    ) -> Iterator[tuple[int, Value]]:
        with Jobs(self, function, jobs) as running:
            yield from running.results()

    def close(self, *, at_once: bool) -> None:
        if self.client.status == "running":
            with contextlib.suppress(TimeoutError, OSError):
                self.client.sync(
                    self.client.scheduler.unregister_worker_plugin,
                    name=self.name,
                    callback_timeout=DASK.close_s,
                )

    def accepted(self) -> dict[str, str]:
        """Address → folder of each worker that may take jobs; of each that may not, a note once.

        A worker that was started anew has another folder, whether or not its address is another.

        Raises:
            WorkersError: the scheduler is lost.
        """
        with self.reached():
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
            refused = self.client.get_events(self.name)
        for _, event in refused:
            self._refuse(event["worker"], event["differs"])
        self._strangers = workers.keys() - self._refused
        return {
            address: known["local_directory"]
            for address, known in workers.items()
            if known["resources"].get(self.name)
        }

    def refusal(self) -> str:
        """One of those notes; empty where there is none."""
        return next(iter(self._refused.values()), "")

    def is_hopeless(self) -> bool:
        """Whether there were workers at the last look, and none that may take jobs."""
        return bool(self._refused) and not self._strangers

    def _refuse(self, address: str, differs: str) -> None:
        if address not in self._refused:
            self._refused[address] = f"{address} takes no part: {differs}"
            _log.warning("worker %s", self._refused[address])

    @contextlib.contextmanager
    def reached(self) -> Iterator[None]:
        """Raise WorkersError where the scheduler cannot be asked."""
        try:
            yield
        except TimeoutError:
            raise
        except (OSError, RuntimeError) as error:
            raise self.lost() from error

    def lost(self) -> WorkersError:
        """What is said where there is no scheduler any more."""
        return WorkersError(
            f"the Dask scheduler {self.place} is lost",
            "start it and its workers again, then the same command: a search goes on from the "
            "scores that it has recorded",
        )

    def is_lost(self) -> bool:
        """Whether the client has noticed that."""
        return bool(self.client.status != "running")
