"""Leaving a farm at work for long: does anything ever go wrong?"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcuq_hil.errors import HilError
from mcuq_hil.farm.place import Place, open_place
from mcuq_hil.selftest import check_once
from mcuq_hil.settings import PATIENCE


@dataclass(frozen=True)
class SoakReport:
    """What a soak found.

    Attributes:
        exchanges: rounds (an echo and an inference, both compared) by place.
        errors: (place, error) as they happened; the place went on with a fresh session.
        seconds: how long it took.
    """

    exchanges: Mapping[str, int]
    errors: tuple[tuple[str, HilError], ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not self.errors and all(count > 0 for count in self.exchanges.values())


def soak(
    places: Sequence[Place],
    images: Mapping[str, Path],
    seconds: float,
    *,
    on_round: Callable[[str, int], None] | None = None,
) -> SoakReport:
    """Check every place again and again, all at once.

    Args:
        images: the self-test image of each kind of board.
        seconds: when to stop; every place does one round at least.
        on_round: called with a place's name and its rounds so far, from its thread.
    """
    start = time.monotonic()
    rounds: Counter[str] = Counter()
    errors: list[tuple[str, HilError]] = []

    def over() -> bool:
        return time.monotonic() - start >= seconds

    def keep_at(place: Place) -> None:
        while not rounds[place.name] or not over():
            try:
                with open_place(place, images[place.board]) as session:
                    while not rounds[place.name] or not over():
                        check_once(session, rounds[place.name])
                        rounds[place.name] += 1
                        if on_round is not None:
                            on_round(place.name, rounds[place.name])
            except HilError as error:
                errors.append((place.name, error))
                if over():
                    return
                time.sleep(PATIENCE.pause)

    threads = [threading.Thread(target=keep_at, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = {place.name: rounds[place.name] for place in places}
    return SoakReport(counts, tuple(errors), time.monotonic() - start)
