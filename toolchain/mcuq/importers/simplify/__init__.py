"""Rewriting a freshly read graph into fewer operators that compute the same."""

from mcuq.importers.simplify.passes import simplify, tidy

__all__ = ["simplify", "tidy"]
