"""The tuned numbers of workers on Dask: what each does, in which unit, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DaskSettings:
    """How long is waited for what, and when a job is repeated. None of it changes a result."""

    connect_s: float = 10.0
    """Seconds. For a scheduler to answer.

    Evidence: not measured: chosen by hand.
    """
    settle_s: float = 60.0
    """Seconds. For all workers to take the data, before those begin that have it.

    Evidence: not measured: chosen by hand.
    """
    workers_s: float = 60.0
    """Seconds. For a first worker, or another one after all have gone.

    Evidence: not measured: chosen by hand.
    """
    losses: int = 3
    """Times. That all workers may be lost without one result between: a job may be the reason.

    Evidence: not measured: chosen by hand. Dask counts likewise where some of them stay.
    """
    look_s: float = 1.0
    """Seconds. Between two looks at which workers there are.

    Evidence: not measured: chosen by hand.
    """
    in_flight: int = 2
    """Jobs. That a worker may have at once: the one that it does and the next.

    Evidence: not measured: chosen by hand.
    """
    late_factor: float = 3.0
    """Ratio. Without a result for so many times the longest job, what is left is repeated.

    Evidence: not measured: chosen by hand. Repeated jobs go behind all others, so that they cost
    only workers that would be idle.
    """
    late_least_s: float = 5.0
    """Seconds. Sooner nothing is repeated.

    Evidence: not measured: chosen by hand.
    """
    late_first_s: float = 60.0
    """Seconds. The same while no job has ended yet, so that nothing tells how long one takes.

    Evidence: not measured: chosen by hand.
    """
    result_s: float = 30.0
    """Seconds. For a result that is done to arrive; then its job is done again.

    Evidence: not measured: chosen by hand.
    """
    close_s: float = 5.0
    """Seconds. For workers to let go of the data in the end.

    Evidence: not measured: chosen by hand.
    """


DASK = DaskSettings()
