"""Ahead-of-time C: constants in flash, one arena, straight kernel calls."""

from mcuq.emit.c.project import write_c_model

__all__ = ["write_c_model"]
