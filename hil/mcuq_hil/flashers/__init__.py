"""Getting an image into a board, verified: OpenOCD, pyOCD, st-flash, and UF2 boot loaders."""

from mcuq_hil.flashers.base import Flasher
from mcuq_hil.flashers.choose import FLASHERS, choose_flasher, flash_board

__all__ = ["FLASHERS", "Flasher", "choose_flasher", "flash_board"]
