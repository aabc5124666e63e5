"""A counter that counts the first inference and takes every later one to be as long.

Counting what runs costs twenty times as much as running it, and an inference of integers executes
much the same whatever it is given.
"""

from __future__ import annotations

from collections.abc import Callable

from unicorn import Uc
from unicorn import arm_const as arm

from mcuq_hil.emulator.counting import RunCounter
from mcuq_hil.emulator.hooks import Hook, on_instruction

FUNCTION = "mcuq_infer_once"
"""One inference, in firmware/mlperf/mcuq_infer.c."""


class SteadyCounter:
    """Counts as `counter` does, but for calls of one function.

    Args:
        address: of the function.
        stop: has the machine stand still, call `called` and go on.
    """

    def __init__(self, uc: Uc, counter: RunCounter, address: int, stop: Callable[[], None]) -> None:
        self._uc = uc
        self._counter = counter
        self._stop = stop
        self._each: int | None = None
        self._before: int | None = None
        self._uncounted = 0
        self._is_resting = False
        self._call = on_instruction(uc, address, self._begins)
        self._return: Hook | None = None

    @property
    def running(self) -> bool:
        return self._is_resting or self._counter.running

    @property
    def is_resting(self) -> bool:
        """Whether nothing is counted since the last call: until something else is done."""
        return self._is_resting

    def start(self) -> None:
        """Count from zero."""
        self._forget()
        self._uncounted = 0
        self._counter.start()

    def resume(self) -> None:
        """Count on from where it was stopped."""
        self._forget()
        self._counter.resume()

    def stop(self) -> None:
        """Run without hooks again."""
        self._forget()
        self._counter.stop()

    def total(self) -> int:
        """Since the start: what was counted, and what calls took that were not."""
        return self._counter.total() + self._uncounted

    def called(self) -> None:
        """Measure the call that begins, or rest during it; the machine stands still."""
        if self._each is None:
            self._before = self._counter.total()
            back = self._uc.reg_read(arm.UC_ARM_REG_LR) & ~1
            self._return = self._return or on_instruction(self._uc, back, self._ends)
        else:
            # To put hooks back costs as much as a small model's inference, and one call often
            # follows another: they come back where anything else is done.
            self._counter.stop()
            self._is_resting = True

    def _begins(self, _uc: int, _address: int, _size: int) -> None:
        """Before the first instruction: once more after the machine stood still."""
        if self._is_resting and self._each is not None:
            self._uncounted += self._each
        elif self.running and self._before is None:
            self._stop()

    def _ends(self, _uc: int, _address: int, _size: int) -> None:
        if self._before is not None:
            self._each = self._counter.total() - self._before
            self._before = None

    def _forget(self) -> None:
        self._is_resting = False
        self._before = None
