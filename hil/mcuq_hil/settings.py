"""The bench's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkSettings:
    """When a request is sent again."""

    poll: float = 0.02
    """Seconds. Of one read from the port.

    Evidence: docs/hil.md: a killed emulator is noticed within 0.02 s.
    """
    retry: float = 0.05
    """Seconds. Beside the time on the wire, before a request is sent a second time.

    Evidence: docs/hil.md: with 1 % and 10 % of all blocks damaged the slowest exchanges took 0.18
    and 0.26 s, and all gave the right bytes.
    """
    longest_retry: float = 0.5
    """Seconds. Between two repeats, at most; in a long wait see `repeats`.

    Evidence: as for `retry`.
    """
    growth: float = 1.3
    """Factor. From one wait to the next.

    Evidence: as for `retry`.
    """
    repeats: int = 20
    """Repeats. In a long wait, about: the device has to read them all afterwards.

    Evidence: not measured: chosen by hand.
    """
    noise: int = 1 << 16
    """Bytes. Kept of what is no frame, at most.

    Evidence: not measured: chosen by hand; it bounds memory.
    """
    unread: float = 1.0
    """Seconds of an emulator's own work. Nothing more is put on a line that it does not read.

    Evidence: not measured: chosen by hand.
    """


LINK = LinkSettings()


@dataclass(frozen=True)
class PatienceSettings:
    """How long the bench waits before it gives up."""

    present: float = 0.7
    """Seconds. For a board to say what it runs already; else it is flashed.

    Evidence: not measured on boards: chosen by hand. An emulated one on a computer with seven times
    more work than cores needed longer in 2 of 8 trials.
    """
    hello: float = 10.0
    """Seconds. For a board that has just been reset.

    Evidence: not measured: chosen by hand.
    """
    emulated: float = 30.0
    """Seconds of an emulator's own work. For any answer; its end is noticed without waiting.

    Evidence: not measured: chosen by hand.
    """
    run: float = 120.0
    """Seconds. For one inference, beside what its instructions take.

    Evidence: not measured: chosen by hand.
    """
    emulated_rate: int = 5_000_000
    """Instructions for a second of an emulator's own work. Counted, on a slow computer.

    Evidence: not measured: chosen by hand. Uncounted runs reach 79 million on a busy one
    (docs/hil_record.json: 1,000 samples of 3.9 million instructions in 49 s).
    """
    cycles_per_instruction: int = 8
    """Cycles. Of an instruction on any board, at most, flash that is not cached included.

    Evidence: not measured: chosen by hand.
    """
    watchdog: float = 8.0
    """Times. That an emulator's work outlasts the device's, for its watchdog.

    Evidence: docs/hil_record.json has 79 million instructions in a second; a Cortex-M7 at 216 MHz
    executes about 270.
    """
    watchdog_counting: float = 80.0
    """Times. The same while instructions are counted.

    Evidence: as `emulated_rate`, the same way.
    """
    stall: float = 600.0
    """Seconds. Without any processor time, a process that is not asleep counts as stuck.

    Evidence: not measured: chosen by hand.
    """
    monitor: float = 10.0
    """Seconds of QEMU's own work. For its monitor to answer.

    Evidence: not measured: chosen by hand.
    """
    flash: float = 90.0
    """Seconds. For a flasher.

    Evidence: not measured: chosen by hand.
    """
    pause: float = 1.0
    """Seconds. Before a place of a farm that failed is tried again.

    Evidence: not measured: chosen by hand.
    """


PATIENCE = PatienceSettings()
