"""All files, several at once, each in a child that is bounded; what is known already is not redone.

The result is the same for any number of workers, and whole after every file.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import mcuq
from mcuq.atomic_write import check_writable, write_atomically
from mcuq.bench.zoo.attempt import ModelJob, attempt
from mcuq.bench.zoo.files import code_digest, digest, model_files, samples_of
from mcuq.bench.zoo.record import STEPS, ZOO, Conditions, Outcome, Step, Tried, Zoo, ZooFile
from mcuq.bench.zoo.settings import LIMITS
from mcuq.bench.zoo.table import markdown
from mcuq.isolated import CallLimits, Confined, End, IsolatedError
from mcuq.progress import Progress, ProgressCallback
from mcuq_hil.boards import load_board

RESULT, TABLE = "zoo.json", "zoo.md"
_MB = 1 << 20
_ENDS: dict[End, tuple[Outcome, str]] = {
    End.RAISED: ("crashed", "internal error"),
    End.CRASHED: ("crashed", "the process died"),
    End.LATE: ("timeout", "it does not come back"),
    End.MEMORY: ("memory", "it asks for too much memory"),
}


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

    def result(self) -> Zoo:
        pool = ThreadPoolExecutor(self._request.workers)
        try:
            tasks = [self._task(path) for path in self._paths]
            for task in tasks:
                if (known := self._known.get((task.name, task.sha256))) is not None:
                    self._add(known)
            left = [task for task in tasks if task.name not in self._finished]
            futures: list[Future[ZooFile]] = [pool.submit(self._file, task) for task in left]
            for future in as_completed(futures):
                self._add(future.result())
            return self._save()
        except BaseException:
            self._stop()
            self._save()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

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
        limits = CallLimits(self._request.seconds, self._request.memory_mb * _MB)
        with Confined(limits) as child:
            self._children.add(child)
            steps = self._steps(child, task.job)
            self._children.discard(child)
        return ZooFile(task.name, task.sha256, task.job.model.stat().st_size, steps)

    def _steps(self, child: Confined, job: ModelJob) -> tuple[Tried, ...]:
        tried: list[Tried] = []
        for step in self._request.steps:
            if self._is_stopped:
                raise KeyboardInterrupt
            if tried and tried[0].step == "inspect" and tried[0].outcome != "read":
                tried.append(Tried(step, "left out", "the file is not read"))
            else:
                tried.append(_tried(child, step, job))
        return tuple(tried)


def _tried(child: Confined, step: Step, job: ModelJob) -> Tried:
    try:
        return child.call(attempt, step, job)
    except IsolatedError as error:
        outcome, reason = _ENDS[error.end]
        last = [line.strip() for line in error.log.splitlines() if line.strip()][-1:]
        said = f" ({last[0][:200]})" if last else ""
        hint = "more --seconds or --memory, or a smaller model"
        if outcome == "crashed":
            hint = "this is a defect of mcuq: please report it with the model"
        return Tried(step, outcome, reason, f"{error.reason}{said}", hint)


def _earlier(path: Path, conditions: Conditions) -> dict[tuple[str, str], ZooFile]:
    """What an earlier run under the same conditions found, by path and content."""
    try:
        zoo = ZOO.parse(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if zoo.conditions != conditions:
        return {}
    return {(file.path, file.sha256): file for file in zoo.files}
