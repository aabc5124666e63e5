"""The flatbuffers for TensorFlow Lite Micro: bytes, operator resolver, arena size."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.reader import read_model
from mcuq.importers.tflite.variables import with_states
from mcuq.integrate.built import Built, BuiltModel
from mcuq.integrate.templates import render, write
from mcuq.tflite.micro import arena_bytes
from mcuq.tflite.operators.catalog import RESOLVERS
from mcuq.tflite.operators.control import VARIABLES


def write_tflm(built: Built, folder: Path) -> None:
    """Of each model NAME.tflite, the same as a C array, and NAME_resolver.h."""
    folder.mkdir(parents=True, exist_ok=True)
    arenas = [_write_model(model, folder) for model in built.models]
    first = built.models[0].names.word
    files = ", ".join(
        f"`{word}_data.cc`, include `{word}_resolver.h`"
        for word in (model.names.word for model in built.models)
    )
    told = render(
        "tflm/README.md",
        word=first,
        type=_type(first),
        files=files,
        arena=" and ".join(f"{arena:,}" for arena in arenas),
        states="".join(map(_states, built.models)),
    )
    write(folder / "README.md", told)


def _write_model(model: BuiltModel, folder: Path) -> int:
    """The bytes of the arena that it needs."""
    word = model.names.word
    (folder / f"{word}.tflite").write_bytes(model.flatbuffer)
    arena = arena_bytes(model.flatbuffer)
    methods = (VARIABLES.get(kind) or RESOLVERS[kind] for kind in model.kinds)
    header = render(
        "tflm/resolver.h",
        word=word,
        macro=model.names.macro,
        type=_type(word),
        arena=arena,
        count=len(model.kinds),
        adds="\n".join(f"    resolver.{method}();" for method in methods),
    )
    write(folder / f"{word}_resolver.h", header)
    listed = ", ".join(f"0x{byte:02x}" for byte in model.flatbuffer)
    data = textwrap.fill(listed, 96, initial_indent="    ", subsequent_indent="    ")
    source = render("tflm/model_data.cc", word=word, data=data, size=len(model.flatbuffer))
    write(folder / f"{word}_data.cc", source)
    return arena


def _states(model: BuiltModel) -> str:
    """How an interpreter is given room for its variables, if it has any."""
    count = len(with_states(read_model(model.flatbuffer), Refusals()).states)
    word = model.names.word
    return render("tflm/states.md", word=word, type=_type(word), count=count) if count else ""


def _type(word: str) -> str:
    """How its C++ types begin."""
    return word[0].upper() + word[1:]
