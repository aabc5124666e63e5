"""The build's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BuildSettings:
    """What is assumed of code that the compiler does not describe, and what is kept."""

    c_library_stack: int = 64
    """Bytes. Of stack, assumed for a function of newlib or libgcc.

    Evidence: read in their code: memory functions and arithmetic push at most seven registers and
    call at most one level down.
    """
    cached_objects: int = 4000
    """Files. Of compiled objects kept for later builds, the oldest going first.

    Evidence: not measured: chosen by hand. A model is one object, the kernels of a board and level
    about a hundred.
    """


BUILD = BuildSettings()
