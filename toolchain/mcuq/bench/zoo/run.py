"""All files, several at once, each in a child that is bounded; what is known already is not redone.

The result is the same for any number of workers, and whole after every file.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import mcuq
from mcuq.atomic_write import check_writable, write_atomically
from mcuq.bench.zoo.attempt import ModelJob
from mcuq.bench.zoo.files import digest, model_files, samples_of
from mcuq.bench.zoo.parcel import Parcels, Terms, as_they_are, try_parcel
from mcuq.bench.zoo.record import STEPS, ZOO, Conditions, Step, Tried, Zoo, ZooFile
from mcuq.bench.zoo.settings import LIMITS
from mcuq.bench.zoo.steps import try_steps
from mcuq.bench.zoo.table import markdown
from mcuq.installed import code_digest
from mcuq.isolated import CallLimits, Confined
from mcuq.progress import Progress, ProgressCallback
from mcuq.workers import is_on_dask, start_workers
from mcuq_hil.boards import load_board

RESULT, TABLE = "zoo.json", "zoo.md"
_MB = 1 << 20


@dataclass(frozen=True)
class ZooRequest:
    """What to try, and how.

    Attributes:
        folder: of the models.
        data: folder of samples: those of `a/b.tflite` are `a/b.npz`. A model without any gets
            constructed ones.
        output: folder of the result; what it says already of the same file is not done again.
        steps: which.
        board: to build for.
        seconds: that one step on one file may take.
        memory_mb: that each of its processes may ask for, in 2^20 bytes.
        workers: how many files at once.
    """

    folder: Path
    data: Path | None
    output: Path
    steps: tuple[Step, ...] = STEPS
    board: str = "stm32f746"
    seconds: float = LIMITS.seconds
    memory_mb: int = LIMITS.memory_mb
    workers: int = 1


def bench_zoo(request: ZooRequest, progress: ProgressCallback) -> Zoo:
    """Try every model, and write the result.

    Raises:
        InputError: there is no model, or the result cannot be written. HilError: no such board.
        KeyboardInterrupt: the files that were finished are in the result.
    """
    load_board(request.board)
    paths = model_files(request.folder)
    check_writable(request.output / RESULT)
    conditions = Conditions(
        mcuq.__version__,
        code_digest(),
        request.steps,
        request.board,
        request.seconds,
        request.memory_mb,
    )
    return _Run(request, conditions, paths, progress).result()


@dataclass(frozen=True)
class _Task:
    """A file to be tried; its name and digest as `ZooFile` says them."""

    name: str
    sha256: str
    job: ModelJob


class _Run:
    """The files that are finished, and the children that are not."""

    def __init__(
        self,
        request: ZooRequest,
        conditions: Conditions,
        paths: Sequence[Path],
        progress: ProgressCallback,
    ) -> None:
        self._request = request
        self._conditions = conditions
        self._paths = paths
        self._progress = progress
        self._known = _earlier(request.output / RESULT, conditions)
        self._finished: dict[str, ZooFile] = {}
        self._children: set[Confined] = set()
        self._is_stopped = False
        self._saved = time.monotonic()
        limits = CallLimits(request.seconds, request.memory_mb * _MB)
        self._terms = Terms(request.steps, limits)

    def result(self) -> Zoo:
        try:
            tasks = [self._task(path) for path in self._paths]
            for task in tasks:
                if (known := self._known.get((task.name, task.sha256))) is not None:
                    self._add(known)
            left = [task for task in tasks if task.name not in self._finished]
            files = self._elsewhere(left) if is_on_dask() else self._here(left)
            with contextlib.closing(files):
                for file in files:
                    self._add(file)
            return self._save()
        except BaseException:
            self._save()
            raise

    def _here(self, tasks: Sequence[_Task]) -> Generator[ZooFile, None, None]:
        """Several at once, each in a child of this process."""
        pool = ThreadPoolExecutor(self._request.workers)
        try:
            futures = [pool.submit(self._file, task) for task in tasks]
            for future in as_completed(futures):
                yield future.result()
        except BaseException:
            self._stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _elsewhere(self, tasks: Sequence[_Task]) -> Generator[ZooFile, None, None]:
        """Each in a child of a worker that has the same compiler."""
        also = "mcuq.pipeline.versions:compiler_version" if "build" in self._terms.steps else ""
        parcels = Parcels([task.job for task in tasks])
        with start_workers(1, as_they_are, self._terms, also=also) as workers:
            for number, steps in workers.finished(try_parcel, parcels):
                yield _zoo_file(tasks[number], steps)

    def _add(self, file: ZooFile) -> None:
        self._finished[file.path] = file
        note = f"{file.path}: {file.worst}"
        self._progress(Progress("zoo", len(self._finished), len(self._paths), note))
        if time.monotonic() - self._saved > LIMITS.saved_every:
            self._save()

    def _stop(self) -> None:
        self._is_stopped = True
        for child in tuple(self._children):
            child.close()

    def _save(self) -> Zoo:
        files = tuple(self._finished[path] for path in sorted(self._finished))
        zoo = Zoo(self._conditions, len(files) == len(self._paths), files)
        write_atomically(self._request.output / RESULT, ZOO.text(zoo))
        write_atomically(self._request.output / TABLE, markdown(zoo))
        self._saved = time.monotonic()
        return zoo

    def _task(self, path: Path) -> _Task:
        name = path.relative_to(self._request.folder).as_posix()
        samples = samples_of(path, self._request.folder, self._request.data)
        job = ModelJob(path.absolute(), samples, self._request.board)
        return _Task(name, digest(path, samples), job)

    def _file(self, task: _Task) -> ZooFile:
        terms = self._terms
        with Confined(terms.limits) as child:
            self._children.add(child)
            steps = try_steps(child, terms.steps, task.job, lambda: self._is_stopped)
            self._children.discard(child)
        return _zoo_file(task, steps)


def _zoo_file(task: _Task, steps: tuple[Tried, ...]) -> ZooFile:
    return ZooFile(task.name, task.sha256, task.job.model.stat().st_size, steps)


def _earlier(path: Path, conditions: Conditions) -> dict[tuple[str, str], ZooFile]:
    """What an earlier run under the same conditions found, by path and content."""
    try:
        zoo = ZOO.parse(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if zoo.conditions != conditions:
        return {}
    return {(file.path, file.sha256): file for file in zoo.files}
