"""What can go wrong between a host and a board, each kind its own type."""

from __future__ import annotations


class HilError(Exception):
    """Base of every error of the bench.

    Args:
        cause: what happened, one line.
        hint: what to do about it, one line.
    """

    def __init__(self, cause: str, hint: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.cause} ({self.hint})" if self.hint else self.cause


class BoardError(HilError):
    """A board's description is unknown or contradicts itself."""


class ToolMissingError(HilError):
    """A program the bench needs (an emulator, a flasher) is not installed."""


class PortError(HilError):
    """A serial port or a probe cannot be found or opened, or somebody else holds it."""


class FlashError(HilError):
    """The image could not be written to the board or read back equal."""


class NoHelloError(HilError):
    """Nothing that speaks the protocol answered after the reset."""


class WrongImageError(HilError):
    """The board answered, but runs another image (or protocol version) than the one asked for."""


class LinkTimeoutError(HilError):
    """The board answered before, and no longer does."""


class CorruptFrameError(HilError):
    """The board answers, but no frame arrives whole within the retries."""


class LinkLostError(HilError):
    """The port went away or the board started anew in the middle of the work."""


class RefusedError(HilError):
    """The device understood the request and refused it.

    Args:
        status: the device's status word, see mcuq_hil.protocol.messages.Status.
    """

    def __init__(self, cause: str, hint: str = "", *, status: int = 0) -> None:
        super().__init__(cause, hint)
        self.status = status


class DeviceFaultError(HilError):
    """The firmware faulted; `registers` holds what its handler saved before the reset.

    Args:
        registers: register name to value: r0-r3, r12, sp, lr, pc, xpsr, cfsr, hfsr, mmfar, bfar.
    """

    def __init__(self, cause: str, hint: str = "", *, registers: dict[str, int]) -> None:
        super().__init__(cause, hint)
        self.registers = registers


class StackOverflowError(DeviceFaultError):
    """The firmware ran out of its reserved stack."""


class WatchdogError(DeviceFaultError):
    """The device's watchdog reset it: the firmware did not come back in time."""


class ArenaOverrunError(DeviceFaultError):
    """The firmware wrote outside a model's arena or states."""


class DamagedConstantsError(DeviceFaultError):
    """Code or constants on the device are not those of the image."""


class NoGuardError(DeviceFaultError):
    """The image asks for a guard under the stack that the device's core cannot give."""


class CallError(HilError):
    """A function called on a bare core does not exist, or faulted."""


class WrongResultError(HilError):
    """The device computed something else than expected."""


class NoBoundError(HilError):
    """What is executed can take any number of instructions, as far as its code says."""
