"""What is compared, read from files: results, configurations, other tools' flatbuffers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mcuq.errors import UsageError
from mcuq.numeric.widths import width_names
from mcuq.reading import read_json_file
from mcuq.report.comparison import Side, side
from mcuq.report.gates import Figure
from mcuq.report.git_history import earlier
from mcuq.report.store import parse_document, read_manifest
from mcuq.result.configuration import CONFIG, ConfigFile, TensorConfig
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes

PEER = ".tflite"


def read_sides(
    paths: Sequence[Path], evaluation: Path | None = None, references: Sequence[str] = ()
) -> list[Side]:
    """One side for each earlier commit's result, then one for each path.

    Args:
        paths: output directories, `manifest.json` or `config.json` files, `.tflite` files of other
            tools; the first is a result.
        evaluation: the samples that the first was evaluated on, for `.tflite` files.
        references: of git, at which the first path's result is looked up.

    Raises:
        UsageError: nothing to compare with, a `.tflite` without samples, or git has no such result.
        InputError: a file cannot be read.
    """
    if len(paths) + len(references) < 2:
        raise UsageError("one result alone", "name another, or --baseline-ref COMMIT")
    if paths[0].suffix == PEER:
        raise UsageError(f"{paths[0]} stands first", f"name a result first, {PEER} files after it")
    first = read_manifest(paths[0])
    has_peers = any(path.suffix == PEER for path in paths)
    if has_peers and evaluation is None:
        raise UsageError("--evaluation is missing", f"a {PEER} needs samples to be judged on")
    before = [side(name, made) for one in references for name, made in earlier(paths[0], one)]
    return before + [_side(path, first, evaluation, has_peers=has_peers) for path in paths]


def _side(path: Path, first: Manifest, evaluation: Path | None, *, has_peers: bool) -> Side:
    if path.suffix == PEER and evaluation is not None:
        from mcuq.report.peer import peer_side

        return peer_side(path, evaluation, first)
    if path.is_file() and _is_configuration(path):
        content = read_json_file(path, "give what mcuq build wrote")
        return _configuration(str(path), parse_document(CONFIG, content, str(path)), first)
    made = side(str(path), read_manifest(path))
    if not has_peers or not path.is_dir():
        return made
    from mcuq.report.peer import file_figures

    return replace(made, figures={**made.figures, **file_figures(path)})


def _is_configuration(path: Path) -> bool:
    """Told from a manifest by its key; what is neither is told by who reads it."""
    try:
        plain = json.loads(read_json_file(path, "give what mcuq build wrote"))
    except (ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and "tensors" in plain


def _configuration(name: str, config: ConfigFile, first: Manifest) -> Side:
    """Its weights: nothing else is known of what was not built."""
    weights = [tensor for tensor in config.tensors if tensor.role == "weight"]
    size = sum(tensor.bytes_ for tensor in weights)
    layers = _layers_of_filters(first)
    figures = {"weights": Figure("weights", size, format_bytes(size))}
    stored = {layers.get(one.name, one.name): _told(config, one) for one in weights}
    return Side(name, figures, stored)


def _told(config: ConfigFile, weight: TensorConfig) -> str:
    return f"{width_names(config.widths(weight))} {weight.scheme}"


def _layers_of_filters(manifest: Manifest) -> Mapping[str, str]:
    return {layer.filter: layer.name for layer in manifest.layers if layer.filter is not None}
