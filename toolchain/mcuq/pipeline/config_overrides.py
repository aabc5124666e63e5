"""A configuration from a file: a build's config.json, or a short one written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mcuq.blocks import OF_BLOCKS
from mcuq.errors import InputError
from mcuq.finetune.tuned import METHOD
from mcuq.graph import Graph
from mcuq.numeric import WIDTHS, width_name
from mcuq.numeric.narrow import Narrow
from mcuq.prequantized.configuration import GIVEN
from mcuq.prune import channel_sets
from mcuq.ptq.refine.start import REFINED
from mcuq.quantize import Config, WeightChoice
from mcuq.reading import read_json_file
from mcuq.result.configuration import NarrowChannels
from mcuq.result.pruning import PrunedChannels

_HINT = "give the config.json of a build of this model, or name its tensors (mcuq inspect --json)"
_MADE_BY_TRAINING = frozenset({REFINED, METHOD, GIVEN})
"""Methods whose integers come from elsewhere."""
_NEAREST = "refit"


class _Tensor(BaseModel):
    """What counts of an entry; everything else that a build writes is left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    role: Literal["activation", "weight", "bias", "constant"] = "weight"
    bits: int = 8
    scheme: str = "minmax"
    axis: int | None = 0


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    tensors: tuple[_Tensor, ...]
    pruned: tuple[PrunedChannels, ...] = ()
    narrow: tuple[NarrowChannels, ...] = ()


def read_config(path: Path, graph: Graph, base: Config | None = None) -> Config:
    """The configuration that a file prescribes for a model.

    Filters take bits, method (`scheme`) and a scale a channel or (`"axis": null`) one; activations
    their observer, and 16 bits where it says so. Tensors that the file does not name keep what
    `base` says. A method that stands for training, not for a formula, becomes "refit".

    Raises:
        InputError: the file cannot be read, or names a tensor that the model has not.
    """
    base = base or Config()
    entries = _read(path).tensors
    weights = [entry for entry in entries if entry.role == "weight"]
    activations = [entry for entry in entries if entry.role == "activation"]
    known = {*graph.weights, *graph.activations}
    strange = [entry.name for entry in weights if entry.name not in graph.weights]
    if strange or not any(entry.name in known for entry in entries):
        name = strange[0] if strange else "no tensor of this one"
        raise InputError(f"{path} describes another model: {name}", _HINT)
    own = [entry for entry in activations if entry.name in graph.activations]
    return replace(
        base,
        weights={**base.weights, **{entry.name: _choice(entry) for entry in weights}},
        observers={**base.observers, **{entry.name: _observer(entry) for entry in own}},
        wide=(*base.wide, *(e.name for e in own if e.bits == 16 and base.activation_bits == 8)),
    )


def read_dropped(path: Path, graph: Graph) -> dict[str, tuple[int, ...]]:
    """Activation → channels that a file leaves out.

    Args:
        graph: as it is built without that.

    Raises:
        InputError: the file cannot be read, or names channels that cannot go.
    """
    found = _read(path).pruned
    free = {one.name: graph.tensors[one.name].shape[-1] for one in channel_sets(graph)}
    for one in found:
        if free.get(one.name) != one.before:
            has = f"{free[one.name]} there" if one.name in free else "none that can go"
            raise InputError(
                f"{path} leaves out channels of {one.before} of '{one.name}', which has {has}",
                "read it with the model, data and options that it was built with",
            )
        if not one.channels or not max(one.channels) < one.before > len({*one.channels}):
            raise InputError(
                f"{path} leaves out channels {list(one.channels)} of {one.before} of '{one.name}'",
                f"name some of 0 to {one.before - 1}, not all of them",
            )
    return {one.name: one.channels for one in found}


def with_narrow(path: Path, graph: Graph, config: Config) -> Config:
    """The configuration with the channels to which a file gives fewer bits than to the others of
    their filter.

    Args:
        graph: as it is built.
        config: what `read_config` has of the file.

    Raises:
        InputError: the file cannot be read, or names channels that cannot have fewer bits.
    """
    file = _read(path)
    if file.narrow and file.pruned:
        raise InputError(
            f"{path} leaves out channels, and gives others fewer bits", "leave one of them out"
        )
    kinds = {op.inputs[1]: op.kind for op in graph.ops if op.kind.weighted}
    weights = dict(config.weights)
    for one in file.narrow:
        if kinds.get(one.name) not in OF_BLOCKS:
            raise InputError(
                f"{path} gives channels of '{one.name}' fewer bits",
                f"name a filter of {' or '.join(kind.name for kind in OF_BLOCKS)}",
            )
        choice = config.weight(one.name)
        narrow = _narrow(path, choice, one, graph.tensors[one.name].shape[0])
        weights[one.name] = replace(choice, narrow=narrow)
    return replace(config, weights=weights)


def _narrow(path: Path, choice: WeightChoice, given: NarrowChannels, count: int) -> Narrow:
    channels = tuple(sorted({*given.channels}))
    if not 0 < len(channels) < count or channels[-1] >= count:
        raise InputError(
            f"{path} gives channels {list(given.channels)} of {count} of '{given.name}' fewer bits",
            f"name some of 0 to {count - 1}, not all of them",
        )
    if given.bits not in WIDTHS or given.bits >= choice.bits or choice.per == "tensor":
        raise InputError(
            f"{path} gives channels of '{given.name}' {width_name(given.bits)} beside "
            f"{width_name(choice.bits)}, with a scale a {choice.per}",
            "give them a narrower width than the others, and every channel a scale",
        )
    return Narrow(given.bits, channels)


def _read(path: Path) -> _File:
    content = read_json_file(path, _HINT)
    try:
        return _File.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: {place}: {first['msg']}", _HINT) from error


def _choice(entry: _Tensor) -> WeightChoice:
    method = _NEAREST if entry.scheme in _MADE_BY_TRAINING else entry.scheme
    return WeightChoice(entry.bits, method, "tensor" if entry.axis is None else "channel")


def _observer(entry: _Tensor) -> str:
    return "minmax" if entry.scheme in _MADE_BY_TRAINING else entry.scheme
