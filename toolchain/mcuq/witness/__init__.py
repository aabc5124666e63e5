"""The outside witness: a graph that was read beside the runtime that its file came from."""

from mcuq.witness.compare import NOT_COMPARED, ImportCheck, compare_import

__all__ = ["NOT_COMPARED", "ImportCheck", "compare_import"]
