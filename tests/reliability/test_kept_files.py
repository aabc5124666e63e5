"""Every file that is kept between runs, flipped, cut or empty: the same result, and a note."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcuq.compiler.compile import Unit, compile_units
from mcuq.ptq.candidates.cache import packed, unpacked
from mcuq.quantize.weights import QuantizedWeight
from mcuq.search import ScoreLog
from mcuq_hil.cache import Cache
from mcuq_hil.farm.measuring import CountCache, Measurement
from mcuq_hil.session import Counts


@dataclass(frozen=True)
class Kept:
    """A kept file, and a way of using it that gives the same whatever became of it."""

    path: Path
    use: Callable[[], object]


def objects(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    (folder / "a.c").write_text("int a(int x) { return 3 * x; }\n")
    unit = Unit("a.c", folder / "a.c", (), ("-mcpu=cortex-m4", "-mthumb", "-O2"))
    compile_units([unit])
    (path,) = (folder / "mcuq" / "objects").iterdir()
    return Kept(path, lambda: compile_units([unit]))


def candidates(folder: Path, _: pytest.MonkeyPatch) -> Kept:
    weight = QuantizedWeight(np.arange(24, dtype=np.int8), np.float32([0.5]), np.int32([1, 2]))
    cache = Cache(folder / "candidates")

    def use() -> bytes:
        data = cache.get("int4-refit-00")
        weights = {"w": weight} if data is None else unpacked(data)
        cache.put("int4-refit-00", packed(weights))
        return packed(weights)

    use()
    (path,) = (folder / "candidates").iterdir()
    return Kept(path, use)


def scores(folder: Path, _: pytest.MonkeyPatch) -> Kept:
    genomes = [(i, i % 3) for i in range(6)]

    def use() -> list[float]:
        log = ScoreLog(folder / "log", "ab" * 32, lambda g, rung: [0.1 / (1 + sum(x)) for x in g])
        return log(genomes, 0) + log(genomes[:2], 1)

    use()
    return Kept(folder / "log", use)


def counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr("mcuq_hil.farm.measuring.read_build_id", lambda elf: bytes(16))
    image = Measurement("image", folder / "image.elf", (b"input",))
    cache = CountCache(folder / "counts")

    def use() -> Counts:
        told = cache.get(image, "board", "cycles") or Counts("cycles", 1234, (1, 2))
        cache.put(image, "board", told)
        return told

    use()
    (path,) = (folder / "counts").iterdir()
    return Kept(path, use)


KINDS = {
    "objects": pytest.param(objects, marks=pytest.mark.arm),
    "candidates": candidates,
    "scores": scores,
    "counts": counts,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_damage_never_passes_silently(
    make: Callable[[Path, pytest.MonkeyPatch], Kept],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = make(tmp_path, monkeypatch)
    wanted, whole = kept.use(), kept.path.read_bytes()
    caplog.clear()
    assert kept.use() == wanted
    assert not caplog.records, "nothing is wrong with it"

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 8 * len(whole) - 1), st.integers(0, len(whole) - 1), st.booleans())
    def check(bit: int, length: int, is_cut: bool) -> None:
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        content = whole[:length] if is_cut else bytes(damaged)
        kept.path.write_bytes(content)
        caplog.clear()
        assert kept.use() == wanted
        # A log that ends with a line is one that a kill ended there.
        is_shorter_log = whole.startswith(content.removesuffix(b"\n") + b"\n")
        if not (kept.path.name == "log" and is_shorter_log):
            assert [r.levelno for r in caplog.records] == [logging.WARNING], content
        assert sorted(kept.path.read_bytes().split(b"\n")) == sorted(whole.split(b"\n"))
        assert kept.use() == wanted

    check()
    for content in (b"", b"\0" * len(whole), whole + b"\0"):
        kept.path.write_bytes(content)
        caplog.clear()
        assert kept.use() == wanted
        assert len(caplog.records) == 1, content
