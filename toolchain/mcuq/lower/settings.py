"""Lowering's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LoweringSettings:
    """When a layer gets another form of its kernel."""

    scratch_growth: float = 0.03
    """Share. By which the scratch of an expanded depthwise layer may raise the largest need of any
    operator.

    Evidence: not measured: chosen by hand. So little is not worth a second form of the kernel in
    flash.
    """

    narrow_depthwise: int = 8
    """Channels. A depthwise layer of nine taps and no more channels than these, in fours, takes
    four a vector on a core with lanes of bytes, not sixteen.

    Evidence: Cortex-M55, 3×3, 48×48×8: 415,593 instructions by fours, 649,537 by sixteens;
    24×24×16: 184,388 and 166,440.
    """

    copied_pixels: int = 32
    """Pixels. A layer of so many outputs of each channel, or more, has its constants copied to RAM
    where there is room.

    Evidence: a word of a copy takes about three cycles; a word that two pixels read from flash
    waits 1.15 cycles at 120 MHz on a Cortex-M4 (STM32L4R5) and 0.4 at 160 MHz on a Cortex-M33
    (STM32U575), by the model of docs/cycles.md.
    """

    copied_reads: int = 1 << 16
    """Bytes times pixels. Constants that are read less stay in flash.

    Evidence: a copy is 12 to 16 bytes more of code; 65,536 of these are about 19,000 cycles, or
    half as many where two pixels share a read, on the Cortex-M4 above.
    """

    widened_elements: int = 1 << 13
    """Elements of all pixels' columns in a convolution. With so many, or more, narrow weights are
    copied to RAM as those of int8 where there is room.

    Evidence: int4 against int8 on a Cortex-M7, cycles of one element: 1.3 more in a 3×3 convolution
    of 48×48×8 outputs, 2.3 in a 1×1 one of 24×24×32. 8,192 elements are 10,000 cycles or more; the
    copy is 100 bytes of code, and 1,200 more where no other layer has int8 weights.
    """


LOWERING = LoweringSettings()
