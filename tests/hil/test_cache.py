"""What is kept between runs is used whole or made again; a cache that fails ends nothing."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq_hil.cache import Cache, cache_folder
from mcuq_hil.seal import BrokenSealError, check_digits, sealed, unsealed


@given(st.binary(max_size=40), st.text(max_size=5))
def test_a_seal_gives_back_what_was_sealed(content: bytes, label: str) -> None:
    assert unsealed(sealed(content, label), label) == content


@given(st.binary(max_size=40), st.text(max_size=5), st.data())
def test_no_flip_cut_or_other_name_passes(content: bytes, label: str, data: st.DataObject) -> None:
    whole = sealed(content, label)
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for damaged in (bytes(flipped), cut, whole + b"\0"):
        with pytest.raises(BrokenSealError):
            unsealed(damaged, label)
    with pytest.raises(BrokenSealError):
        unsealed(whole, label + "x")


@given(st.text(max_size=40), st.text(max_size=40))
def test_other_texts_have_other_digits(one: str, other: str) -> None:
    assert (check_digits(one) == check_digits(other)) == (one == other)


def test_a_damaged_entry_is_none_with_a_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache = Cache(tmp_path / "new")
    assert cache.get("a") is None
    assert not caplog.records, "nothing was kept yet: that is no damage"
    cache.put("a", b"content")
    assert cache.get("a") == b"content"
    (path,) = (tmp_path / "new").iterdir()
    path.rename(path.with_name(path.name.replace("a", "b", 1)))
    assert cache.get("b") is None
    (record,) = caplog.records
    assert "made again" in record.getMessage()


def test_a_folder_that_cannot_be_made_is_one_note(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "objects")
    for name in ("a", "b"):
        cache.put(name, b"content")
        assert cache.get(name) is None
    told = [r.getMessage() for r in caplog.records if "cannot be written" in r.getMessage()]
    assert len(told) == 1
    assert str(tmp_path / "file" / "objects") in told[0]


def test_a_user_without_a_home(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    with caplog.at_level(logging.WARNING):
        assert cache_folder("objects") is None
    Cache(None).put("a", b"x")
    assert Cache(None).get("a") is None
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder("objects") == Path("/somewhere/mcuq/objects")


def test_what_was_not_used_for_longest_goes(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for age in range(10):
        cache.put(str(age), b"x")
        os.utime(tmp_path / f"{age}.sealed", (1000 - age, 1000 - age))
    cache.prune(10)
    assert len(list(tmp_path.iterdir())) == 10
    (tmp_path / "of-an-older-mcuq").mkdir()
    os.utime(tmp_path / "of-an-older-mcuq", (1, 1))
    cache.prune(8)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [f"{n}.sealed" for n in range(6)]
    Cache(tmp_path / "missing").prune(1)
