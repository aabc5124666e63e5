"""What a board file may say; unknown keys, overlaps and impossible figures are refused."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mcuq_hil.boards.words import Address, Hertz, Label, Line, Machine, Script, Target, Word
from mcuq_hil.cycles.flash import FlashTiming

Core = Literal["cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"]

BAUD_ERROR_LIMIT = 0.02
"""An oversampling-by-16 UART stands about 3.5 %; internal oscillators use 1 % of it."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Memory(_Strict):
    """One region the linker may fill.

    Attributes:
        origin: its address.
        bytes: its size.
    """

    origin: Address
    bytes: int = Field(gt=0, le=2**28)

    @property
    def end(self) -> int:
        return self.origin + self.bytes

    def overlaps(self, other: Memory) -> bool:
        return self.origin < other.end and other.origin < self.end


class Register(_Strict):
    """One bit of a 32-bit register: what switches a peripheral's clock on.

    Attributes:
        register: its address.
        bit: number of the bit, 0 the lowest.
    """

    register_: Address = Field(alias="register")
    bit: int = Field(ge=0, le=31)


class Pin(_Strict):
    """A pin and what it does.

    Attributes:
        pin: the maker's name: "PA9", "P0.06", "GP0".
        function: number of the alternate function.
    """

    pin: str
    function: int = Field(default=0, ge=0, le=15)

    @field_validator("pin")
    @classmethod
    def _named(cls, value: str) -> str:
        if not re.fullmatch(r"P[A-K]\d{1,2}|P[0-4][._]\d{1,2}|GP\d{1,2}", value):
            raise ValueError(f"{value!r} is not a pin name such as PA9, P0.06 or GP0")
        return value

    @property
    def port(self) -> int:
        """0 for PA…, P0.…, GP…; 1 for PB…, P1.…"""
        letter = self.pin[1]
        if self.pin.startswith("GP"):
            return 0
        return int(letter) if letter.isdigit() else ord(letter) - ord("A")

    @property
    def number(self) -> int:
        """Number of the pin in its port."""
        return int(re.split(r"[A-Z._]+", self.pin[1:] if "." not in self.pin else self.pin)[-1])


class Uart(_Strict):
    """The serial port the runner speaks on.

    Attributes:
        driver: a file of firmware/ports/uart, without its ending.
        name: the maker's, such as "USART1".
        base: address of its registers.
        baud: bits per second.
        enable: what switches its clock on.
        tx: the pin that sends.
        rx: the pin that receives.
        clock_hz: what the baud rate is divided from.
        chunk_bytes: largest body of a frame; the device keeps that much RAM for it.
    """

    driver: Word
    name: Line
    base: Address
    clock_hz: Hertz
    baud: Hertz
    enable: Register | None = None
    tx: Pin | None = None
    rx: Pin | None = None
    chunk_bytes: int = Field(default=256, ge=64, le=4096)

    @model_validator(mode="after")
    def _baud_in_reach(self) -> Self:
        divider = round(self.clock_hz / self.baud)
        error = abs(self.clock_hz / max(divider, 1) / self.baud - 1)
        if self.driver.startswith("stm32") and error > BAUD_ERROR_LIMIT:
            raise ValueError(f"{self.baud} baud is {error:.1%} off at {self.clock_hz} Hz")
        return self


class Counter(_Strict):
    """What counts.

    Attributes:
        driver: a file of firmware/ports/counter, without its ending.
        base: address of the counter's register, where the core does not fix it.
        ticks_per_instruction: for emulators whose counter does not tick once an instruction.
    """

    driver: Literal["dwt", "systick", "fpgaio"]
    base: Address | None = None
    ticks_per_instruction: float = Field(default=1.0, gt=0, allow_inf_nan=False)


class Probe(_Strict):
    """How an image gets into the board.

    Attributes:
        usb: "vid:pid" of the probe or virtual COM port, lower-case hex.
        openocd: OpenOCD 0.12's own scripts ("target/….cfg"), and between them the commands
            `transport select`, `adapter speed` and `reset_config`.
        pyocd: target type of pyOCD.
        stlink: st-flash can write it.
        uf2_volume: volume label of the boot loader's drive.
        uf2_family: family id of UF2 files.
    """

    usb: tuple[str, ...] = ()
    openocd: tuple[Script, ...] = ()
    pyocd: Target | None = None
    stlink: bool = False
    uf2_volume: Label | None = None
    uf2_family: int | None = None

    @field_validator("usb")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            if not re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", entry):
                raise ValueError(f"{entry!r} is not a lower-case vid:pid")
        return value


class Timing(_Strict):
    """What reads of the flash take and what the chip draws, to estimate cycles and energy.

    Attributes:
        wait_states: cycles of the core that a read takes beyond one.
        read_bytes: what the flash delivers at once.
        line_bytes: what a cache of data in front of it holds at once; without a cache `read_bytes`.
        cache_bytes: of data; 0 for no cache.
        milliamperes: drawn while the core runs from flash at `core_hz`, typical, peripherals off.
        volts: supplied then.
        sources: documents and tables that these are from, and what was taken as given.
    """

    wait_states: int = Field(ge=0, le=1024)
    read_bytes: Literal[4, 8, 16, 32]
    line_bytes: Literal[4, 8, 16, 32]
    cache_bytes: int = Field(ge=0, le=2**20)
    milliamperes: float | None = Field(default=None, gt=0, le=10_000)
    volts: float | None = Field(default=None, gt=0, le=10)
    sources: tuple[Line, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.line_bytes < self.read_bytes:
            raise ValueError("a line is not shorter than what the flash delivers at once")
        if (self.milliamperes is None) != (self.volts is None):
            raise ValueError("a current is at a voltage: name both or none")
        return self

    @property
    def flash(self) -> FlashTiming:
        """Without what it draws."""
        return FlashTiming(self.wait_states, self.read_bytes, self.line_bytes, self.cache_bytes)

    @property
    def watts(self) -> float | None:
        """While the core runs."""
        if self.milliamperes is None or self.volts is None:
            return None
        return self.milliamperes * self.volts / 1000


class Emulator(_Strict):
    """What runs the image without hardware.

    Attributes:
        engine: "unicorn" (the default, from PyPI) or "qemu" (qemu-system-arm).
        machine: QEMU's machine name.
    """

    engine: Literal["unicorn", "qemu"]
    machine: Machine | None = None

    @model_validator(mode="after")
    def _machine_named(self) -> Self:
        if (self.engine == "qemu") != (self.machine is not None):
            raise ValueError("a QEMU board names its machine, a Unicorn board none")
        return self


class Board(_Strict):
    """One board; its name is the file's stem.

    Attributes:
        name: what --board takes.
        title: for people.
        maker: of the board.
        part: the maker's name of the microcontroller.
        sources: documents that the figures are from.
        core: the compiler's name of the core.
        core_hz: the core's clock after start-up.
        flash: where the image lies.
        ram: where arena, static data and stack lie.
        uart: the serial port the runner speaks on.
        counter: what counts cycles.
        probe: how an image gets into the board.
        emulator: what runs the image without hardware; none where nothing does.
        timing: of the flash, and what the chip draws; without it cycles are estimated from
            instructions alone.
        port: folder of firmware/ports with the family's clock code.
        real: hardware that can be bought, not only a machine of an emulator.
        hardware_tested: an image of this board has run on the hardware.
        quirks: what a user has to know, one sentence each.
    """

    name: str
    title: Line
    maker: Line
    part: Line
    sources: tuple[Line, ...]
    core: Core
    port: Word
    core_hz: Hertz
    flash: Memory
    ram: Memory
    uart: Uart
    counter: Counter
    probe: Probe = Probe()
    emulator: Emulator | None = None
    timing: Timing | None = None
    real: bool = True
    hardware_tested: bool = False
    quirks: tuple[Line, ...] = ()

    @field_validator("name")
    @classmethod
    def _names_files(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", value):
            raise ValueError(f"only letters, digits and - . _ name a board file, not {value!a}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if max(self.flash.end, self.ram.end) > 2**32:
            raise ValueError("a memory ends beyond 4 GB")
        if self.flash.overlaps(self.ram):
            raise ValueError("flash and RAM overlap")
        if self.core == "cortex-m55" and self.emulator and self.emulator.engine == "unicorn":
            raise ValueError("Unicorn has no Cortex-M55")
        if self.core == "cortex-m0plus" and self.counter.driver == "dwt":
            raise ValueError("a Cortex-M0+ has no DWT cycle counter")
        if not self.sources:
            raise ValueError("name the documents the figures are from")
        return self

    @property
    def flash_bytes(self) -> int:
        return self.flash.bytes

    @property
    def ram_bytes(self) -> int:
        return self.ram.bytes
