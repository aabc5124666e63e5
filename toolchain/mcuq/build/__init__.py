"""From emitted C to an image: compile, bound the stack, link, measure."""

from mcuq.build.firmware import build_firmware
from mcuq.build.image import FirmwareImage
from mcuq.build.stack import StackError
from mcuq.build.toolchain import CompilerError

__all__ = [
    "CompilerError",
    "FirmwareImage",
    "StackError",
    "build_firmware",
]
