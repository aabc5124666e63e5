"""The last net under a front door: nonsense in a file is an InputError, whatever it trips over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcuq.errors import InputError


@contextmanager
def malformed_named(where: str) -> Iterator[None]:
    """Turn what Python, NumPy and parsers raise over nonsense into InputError, naming `where`."""
    try:
        yield
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        reason = next((line for line in str(error).splitlines() if line), type(error).__name__)
        raise InputError(f"{where}: {reason}", "the model is damaged: export it again") from error
    except RecursionError as error:
        raise InputError(
            f"{where}: nested too deep", "the model is damaged, or export it flat"
        ) from error
    except MemoryError as error:
        raise InputError(
            f"{where}: this computer's memory does not suffice", "export a smaller model"
        ) from error
