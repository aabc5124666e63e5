"""Targets that read texts: TOML, JSON, a score log, what is written on a command line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mcuq.bundle.store import read_bundle
from mcuq.errors import InputError, McuqError
from mcuq.finetune.sidecar import read_sidecar
from mcuq.pipeline.config_overrides import read_config
from mcuq.pipeline.statistics import read_statistics
from mcuq.project import load_project
from mcuq.report.store import read_document
from mcuq.result.accuracy import ACCURACY
from mcuq.result.configuration import CONFIG
from mcuq.result.front import FRONT
from mcuq.result.manifest import MANIFEST
from mcuq.search.scorelog import ScoreLog
from mcuq.units import parse_bytes, parse_size
from mcuq_fuzz.data import graph
from mcuq_fuzz.json_mutants import mutant as changed_json
from mcuq_fuzz.target import Target, in_file
from mcuq_hil.boards.registry import read_board
from mcuq_hil.errors import HilError
from mcuq_hil.farm.config import read_farm
from mcuq_hil.serial_number import check_serial_number


def read_board_toml(data: bytes) -> None:
    read_board(in_file("board.toml", data))


def read_farm_toml(data: bytes) -> None:
    read_farm(in_file("hil.toml", data))


def read_project_toml(data: bytes) -> None:
    load_project(in_file("mcuq.toml", data))


def read_json(data: bytes) -> None:
    """One content as each of the documents that are read back; a document that takes it is enough.

    Raises:
        InputError: none takes it.
    """
    path = in_file("bundle.json", data)
    _first(
        *(partial(read_document, kind, path) for kind in (MANIFEST, FRONT, CONFIG, ACCURACY)),
        lambda: read_bundle(path.parent),
        lambda: read_config(path, graph()),
        lambda: read_statistics(path, graph()),
        lambda: read_sidecar(path, graph()),
    )


def _first(*readers: Callable[[], object]) -> None:
    refusals = []
    for read in readers:
        try:
            read()
        except (McuqError, HilError) as error:
            refusals.append(error)
    if len(refusals) == len(readers):
        raise refusals[-1]


FINGERPRINT = "fuzzed"


def read_score_log(data: bytes) -> None:
    """A log of ours with this fingerprint gives its whole lines; anything else is begun anew."""
    path = in_file("model.search.jsonl", data)
    log = ScoreLog(path, FINGERPRINT, lambda genomes, rung: [0.0] * len(genomes))
    again = ScoreLog(path, FINGERPRINT, lambda genomes, rung: [0.0] * len(genomes))
    if again.replayed != log.replayed:
        raise AssertionError(f"{log.replayed} scores at first, {again.replayed} afterwards")
    if not log.replayed:
        raise InputError("no score of this search", "it begins anew")


def read_words(data: bytes) -> None:
    """Sizes, shares and serial numbers, as they are written on command lines."""
    text = data.decode("utf-8", "surrogateescape")
    _first(lambda: parse_bytes(text), lambda: parse_size(text), lambda: check_serial_number(text))


TARGETS = (
    Target("board_toml", read_board_toml, largest=1 << 12),
    Target("farm_toml", read_farm_toml, largest=1 << 12),
    Target("project_toml", read_project_toml, largest=1 << 12),
    Target("json", read_json, changed_json),
    Target("score_log", read_score_log, largest=1 << 12),
    Target("words", read_words, largest=256),
)
