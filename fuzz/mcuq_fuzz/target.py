"""A fuzz target: a reader, the files to begin with, and how they are changed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

Mutate = Callable[[bytes, Random], bytes]
ROOT = Path(__file__).resolve().parents[1]
CORPUS, REGRESSIONS = ROOT / "corpus", ROOT / "regressions"


@dataclass(frozen=True)
class Target:
    """A reader to be fuzzed.

    Attributes:
        name: of its folders in `corpus` and `regressions`.
        execute: reads one input; raises typed errors alone.
        mutate: changes a valid file so that it stays almost valid, beside changed bytes.
        stays_valid: whether `mutate` makes all the changes, since it takes too long to read a
            damaged file.
        largest: bytes of an input.
        modules: of the reader, that are imported when it is called first.
        runs: executions of the recorded run.
        accepts: whether any input is read: what is refused by its name is refused for ever.
        corpus_of: the target whose corpus it begins with, where that is not its own.
    """

    name: str
    execute: Callable[[bytes], object]
    mutate: Mutate | None = None
    stays_valid: bool = False
    largest: int = 1 << 14
    modules: tuple[str, ...] = ()
    runs: int = 200_000
    accepts: bool = True
    corpus_of: str = ""

    @property
    def corpus(self) -> Path:
        return CORPUS / (self.corpus_of or self.name)

    @property
    def regressions(self) -> Path:
        """Inputs that once ended in another way than they should."""
        return REGRESSIONS / self.name


def in_file(name: str, data: bytes) -> Path:
    """A file of that content, overwritten by the next one of that name."""
    path = _folder() / name
    path.write_bytes(data)
    return path


@cache
def _folder() -> Path:
    memory = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="mcuq-fuzz-", dir=memory if memory.is_dir() else None)
    return Path(folder)
