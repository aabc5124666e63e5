"""The projects' safety margins: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProjectSettings:
    """Stacks in the linker script of a project that another compiler may build."""

    extra_stack: int = 1024
    """Bytes. Beside what the build itself needed: other flags may take more.

    Evidence: not measured: chosen by hand.
    """
    handler_stack: int = 512
    """Bytes. For exception handlers.

    Evidence: not measured: chosen by hand.
    """


PROJECTS = ProjectSettings()
