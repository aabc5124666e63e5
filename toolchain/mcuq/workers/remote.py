"""A job on a Dask worker."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from typing import Any

from distributed import get_worker

from mcuq.workers.base import Job, Value

_turn = threading.Lock()
"""One job at a time in a process, whoever sends them: states are not made for threads."""


def perform(name: str, function: Callable[..., Value], job: Job) -> tuple[float, Value]:
    """(seconds it took, `function(state, *job)`), with the state of the plugin called `name`."""
    with _turn:
        state = _state(get_worker().plugins[name])
        begin = time.perf_counter()
        value = function(state, *job)
        return time.perf_counter() - begin, value


def _state(plugin: Any) -> Any:
    """What the plugin's `start` makes, made by the first job."""
    if plugin.state is ...:
        start, arguments = pickle.loads(plugin.payload)
        plugin.state = start(*arguments)
        plugin.payload = b""
    return plugin.state
