"""The child's side: calls functions that it is sent, until its parent hangs up."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from typing import BinaryIO

from mcuq.errors import McuqError
from mcuq.isolated.limits import enter_child, progressed


def serve(calls: BinaryIO, answers: BinaryIO) -> None:
    """Answer (function, arguments) with ("result", value), ("error", exception) of ours,
    ("memory", text) where there was too little, or ("failed", text) for any other exception.
    """
    with contextlib.suppress(EOFError):
        while True:
            function, arguments = pickle.load(calls)
            progressed()
            try:
                answer = ("result", function(*arguments))
            except McuqError as error:
                answer = ("error", error)
            except MemoryError as error:
                answer = ("memory", f"{type(error).__name__}: {error}")
            except Exception as error:
                # Whatever a foreign library raises; the parent says which call it was.
                answer = ("failed", f"{type(error).__name__}: {error}")
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def main() -> None:
    """`python -m mcuq.isolated.child PARENT [SECONDS MEMORY]`: calls on stdin, answers on stdout.

    SECONDS and MEMORY are the limits of a call, "-" where there is none.
    """
    seconds, memory = [*sys.argv[2:], "-", "-"][:2]
    enter_child(
        int(sys.argv[1]),
        is_patient=seconds != "-",
        memory=None if memory == "-" else int(memory),
    )
    with os.fdopen(os.dup(0), "rb") as calls, os.fdopen(os.dup(1), "wb") as answers:
        # Native code that prints must not write between the answers.
        os.dup2(2, 1)
        serve(calls, answers)


if __name__ == "__main__":
    main()
