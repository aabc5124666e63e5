"""Which subcommands offer an option, and under which heading of their help."""

from __future__ import annotations

ALL = frozenset({"build", "quantize", "search"})
VERIFIED = frozenset({"build", "quantize"})
SEARCHES = frozenset({"build", "search"})
BUILD = frozenset({"build"})
QUANTIZE = frozenset({"quantize"})
GATED = frozenset({"build", "check"})
CHECK = frozenset({"check"})
PYTHON: frozenset[str] = frozenset()
"""No command: a request from Python may say it."""

DATA = "Data"
BUDGET = "Budget"
SEARCH = "Search"
NUMBERS = "Numbers"
SAFETY = "Safety"
GATES = "Gates (exit code 6)"
