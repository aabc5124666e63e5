"""From emitted C to an image: compile, bound the stack, link, measure."""

from mcuq.compiler.firmware import build_firmware
from mcuq.compiler.image import FirmwareImage
from mcuq.compiler.stack import StackError
from mcuq.compiler.toolchain import CompilerError

__all__ = [
    "CompilerError",
    "FirmwareImage",
    "StackError",
    "build_firmware",
]
