"""Jobs of a farm's emulated places, on the workers where a build has some."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from mcuq.temporary import temporary_folder
from mcuq.workers import is_on_dask, start_workers
from mcuq_hil.bench import open_session
from mcuq_hil.boards import Board, load_board
from mcuq_hil.farm import Elsewhere, Job


@contextlib.contextmanager
def emulating() -> Iterator[Elsewhere | None]:
    """What does the jobs of emulated places; None: this process does, on threads of its own.

    As many are done at once as the farm has emulated places.
    """
    if not is_on_dask():
        yield None
        return
    with start_workers(1, _no_state) as workers:

        def elsewhere(job: Job[Any]) -> Any:
            image = (load_board(job.board), job.elf.read_bytes(), job.work)
            return workers.map(_emulated, [image])[0]

        yield elsewhere


def _no_state() -> None:
    """Each job brings all that it needs."""


def _emulated(_: None, board: Board, image: bytes, work: Any) -> Any:
    """The result of `work` in a session with `image` on an emulated board.

    Raises:
        HilError: as the session.
    """
    with temporary_folder() as folder:
        elf = folder / "firmware.elf"
        elf.write_bytes(image)
        with open_session(board, elf) as session:
            return work(session)
