"""The public names of an emitted model: all begin with one word, so that models link together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mcuq.errors import UsageError

DEFAULT = "model"
LONGEST = 40
"""Characters: file systems, linkers and build tools take names of this and what is added to it."""

_WORD = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*\Z")
"""A C identifier, ASCII; two underscores in a row and one at an end belong to the compiler."""

_RECORD = re.compile(r"^const mcuq_model_t mcuq_model(?:_(\w+))? = \{", re.MULTILINE)

_KEYWORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
char32_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
constinit continue decltype default delete do double dynamic_cast else enum explicit export extern
false float for friend goto if import inline int long module mutable namespace new noexcept not
not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires
restrict return short signed sizeof static static_assert static_cast struct switch template this
thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using
virtual void volatile wchar_t while xor xor_eq
"""
_HEADERS = """
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign
stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string strings
tgmath threads time uchar unistd wchar wctype memory malloc arduino
"""
"""NAME.h would stand in the place of one of these."""
_TOOLS = """
all app c check clean firmware gcc help install kernel m main models package test zephyr
aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9
lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
"""
"""Files, libraries and targets of the projects that hold a model; devices of Windows."""
_OWN = frozenset({"t"})
"""mcuq_model_t is a type."""

RESERVED = frozenset((_KEYWORDS + _HEADERS + _TOOLS).split()) | _OWN
_HINT = "choose another one, such as faces or wake_word"


@dataclass(frozen=True)
class Names:
    """What a model called `word` is called in C."""

    word: str = DEFAULT

    @property
    def macro(self) -> str:
        """How its macros and header guards begin."""
        return self.word.upper()

    @property
    def source(self) -> str:
        return f"{self.word}.c"

    @property
    def header(self) -> str:
        return f"{self.word}.h"

    @property
    def check_header(self) -> str:
        """The file of a project that checks it."""
        return f"{self.word}_check.h"

    @property
    def record(self) -> str:
        """The `mcuq_model_t` through which runners see it."""
        return "mcuq_model" if self.word == DEFAULT else f"mcuq_model_{self.word}"


DEFAULT_NAMES = Names()
"""Of a model that was given no name."""


def emitted_models(folder: Path) -> tuple[Names, ...]:
    """The models whose sources lie in `folder` itself, known by their records, sorted by name."""
    texts = (path.read_text(encoding="utf-8") for path in folder.glob("*.c"))
    found = (match for text in texts for match in _RECORD.finditer(text))
    return tuple(map(Names, sorted(match[1] or DEFAULT for match in found)))


def check_name(word: str) -> None:
    """Refuse a word that names in C and in build tools cannot begin with.

    Raises:
        UsageError: it is no identifier, or others have it.
    """
    if not _WORD.match(word):
        raise UsageError(
            f"--name {word!r} is no name in C: ASCII letters, digits and single underscores "
            "between them, a letter first",
            _HINT,
        )
    if len(word) > LONGEST:
        raise UsageError(f"--name {word} is longer than {LONGEST} characters", _HINT)
    if word.lower() in RESERVED or word.lower().startswith(("mcuq", "arm_")):
        raise UsageError(f"--name {word} is taken by C, its library or a build tool", _HINT)
