"""From executed blocks and reads of flash to cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcuq_hil.cycles.cores import CoreModel
from mcuq_hil.cycles.decode import decode
from mcuq_hil.cycles.flash import FlashReads, FlashTiming
from mcuq_hil.cycles.pipeline import block_cycles

Block = tuple[int, int]
"""Address and bytes of code that runs from its begin to its end."""


class BlockCosts:
    """Cycles of blocks, each looked at once.

    Args:
        code: bytes of a block.
    """

    def __init__(self, model: CoreModel, code: Callable[[int, int], bytes]) -> None:
        self._model = model
        self._code = code
        self._known: dict[Block, tuple[float, float]] = {}

    def __call__(self, block: Block) -> tuple[float, float]:
        """Cycles where the next address follows, and how many more where another one does."""
        found = self._known.get(block)
        if found is None:
            found = self._known[block] = self._look(block)
        return found

    def _look(self, block: Block) -> tuple[float, float]:
        model, code = self._model, decode(self._code(*block), block[0])
        once = block_cycles(model.pipeline, code)
        if code[-1].target != block[0]:
            return model.scale * once, model.taken
        # A loop: what the last round left behind is there in the next.
        again = block_cycles(model.pipeline, code + code) - once
        return model.scale * once, model.taken_back + model.scale * (again - once)


def pipeline_cycles(
    costs: BlockCosts, visits: Mapping[Block, float], taken: Mapping[Block, float]
) -> float:
    """Cycles of the core for all blocks that ran.

    Args:
        visits: how often each ran.
        taken: how often another address than the next followed.
    """
    total = 0.0
    for block, times in visits.items():
        straight, more = costs(block)
        total += times * straight + taken.get(block, 0) * more
    return total


def flash_cycles(model: CoreModel, timing: FlashTiming, reads: FlashReads) -> float:
    """Cycles that data reads of flash take beyond those of a memory without wait states.

    A line that is read on in at once is waited for to its end: one read of the flash after another.
    """
    rest = timing.line_bytes / timing.read_bytes - 1
    reads_waited = model.change * reads.changes + model.fill * reads.fills + rest * reads.streamed
    return timing.wait_states * reads_waited
