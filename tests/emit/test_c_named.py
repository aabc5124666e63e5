"""Models with names: files, symbols and macros begin with them, and nothing else changes."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from named_models import WORDS, emitted

from mcuq.emit.c.names import LONGEST, RESERVED, Names, check_name, emitted_models
from mcuq.errors import UsageError
from mcuq.pipeline.check import check_request
from mcuq.pipeline.request import BuildRequest
from mcuq.resources import example_dir

GOLDEN = Path(__file__).parent / "golden"
POINTER = ctypes.sizeof(ctypes.c_void_p)
VERSION = re.compile(r"mcuq_kernels_[0-9a-f]{12}")


@pytest.mark.parametrize("name", ["wake_word.h", "wake_word.c", "CMakeLists.txt"])
def test_the_emitted_text_is_the_stored_one(name: str, tmp_path: Path) -> None:
    """`MCUQ_GOLDEN=1` stores it anew; the symbol of the kernels' version is left out."""
    text = VERSION.sub("mcuq_kernels_VERSION", (emitted(tmp_path, "wake_word") / name).read_text())
    path = GOLDEN / f"{name}.golden"
    if "MCUQ_GOLDEN" in os.environ:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


@settings(max_examples=20)
@given(word=WORDS)
def test_only_the_name_is_another(word: str) -> None:
    """Texts are those of a model without a name, word by word."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        plain, named = emitted(folder, "model"), emitted(folder, word)
        files = [
            {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
            for root in (plain, named)
        ]
        names = Names(word)
        assert files[1] - files[0] <= {names.source, names.header}
        source = (named / names.source).read_text()
        back = re.sub(rf"\b{names.record}\b", "mcuq_model", source)
        for ending in ("_run", "_input", "_output", ".h"):
            back = back.replace(f"{word}{ending}", f"model{ending}")
        back = back.replace(f"{names.macro}_ARENA", "MODEL_ARENA")
        back = back.replace(f'.name = "{word}"', '.name = "small"')
        assert back == (plain / "model.c").read_text()
        assert emitted_models(named) == (names,)


@settings(max_examples=6)
@given(words=st.lists(WORDS, min_size=2, max_size=2, unique_by=str.lower))
def test_two_models_link_on_the_host_and_compute_the_same(words: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        first, second = (emitted(folder, word, address_bytes=POINTER) for word in words)
        library = folder / "both.so"
        sources = [*first.rglob("*.c"), *second.glob("*.c")]
        includes = [f"-I{first}", f"-I{second}", f"-I{first / 'include'}"]
        flags = ["-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
        command = [os.environ.get("CC", "cc"), *flags, *includes, *map(str, sources)]
        subprocess.run([*command, "-o", str(library)], check=True)
        loaded = ctypes.CDLL(str(library))
        answers = []
        for word in words:
            place, result = (getattr(loaded, f"{word}_{end}") for end in ("input", "output"))
            place.restype = result.restype = ctypes.c_void_p
            ctypes.memmove(place(0), bytes(range(32)), 32)
            getattr(loaded, f"{word}_run")()
            answers.append(ctypes.string_at(result(0), 3))
        assert answers[0] == answers[1]
        defined = subprocess.run(
            ["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True
        ).stdout.split()
        theirs = [name for name in defined if not name.startswith(("mcuq_", "_")) and "_" in name]
        ends = ("run", "input", "output")
        assert sorted(theirs) == sorted(f"{word}_{end}" for word in words for end in ends)


@given(text=st.text(max_size=50) | st.sampled_from(sorted(RESERVED)) | WORDS)
def test_a_name_is_taken_whole_or_refused_in_one_line(text: str) -> None:
    try:
        check_name(text)
    except UsageError as error:
        assert "--name" in error.cause
        assert len(error.cause.splitlines()) == 1
        assert error.hint
    else:
        assert text.isascii() and text.isidentifier() and len(text) <= LONGEST
        assert text.lower() not in RESERVED


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("", "is no name in C"),
        ("9lives", "is no name in C"),
        ("a-b", "is no name in C"),
        ("a__b", "is no name in C"),
        ("_a", "is no name in C"),
        ("gesicht\n", "is no name in C"),
        ("größe", "is no name in C"),
        ("while", "is taken"),
        ("String", "is taken"),
        ("nul", "is taken"),
        ("mcuq_x", "is taken"),
        ("a" * 41, "longer than 40"),
    ],
)
@pytest.mark.arm
def test_a_build_refuses_it_before_anything_else(word: str, cause: str) -> None:
    digits = example_dir("digits")
    request = BuildRequest(
        model=digits / "digits_float32.tflite",
        calibration=digits / "calibration.npz",
        name=word,
    )
    with pytest.raises(UsageError, match=cause):
        check_request(request)
