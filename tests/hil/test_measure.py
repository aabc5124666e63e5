"""Counts of many images: measured once, cached by image, units kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq_hil.errors import DeviceFaultError, HilError
from mcuq_hil.farm import FarmReport, Place
from mcuq_hil.farm.measuring import CountCache, Measurement, measure

TWO = tuple(Place(f"f746-{number}", "stm32f746", emulated=True) for number in range(2))


def turns(count: int) -> tuple[bytes, ...]:
    return (count.to_bytes(3, "little") + bytes(13),)


@pytest.mark.arm
def test_each_image_is_measured_once(
    build_image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = build_image("loop").elf
    wanted = [Measurement(f"{n} turns", loop, turns(n)) for n in (10, 20, 30)]
    cache = CountCache(tmp_path / "counts")
    first = measure(TWO, "stm32f746", wanted, cache)
    totals = [counts.total for counts in first]
    assert totals[1] - totals[0] == totals[2] - totals[1] == 20

    def nothing_to_run(_places, jobs, elsewhere) -> FarmReport:
        assert jobs == []
        return FarmReport((), ())

    monkeypatch.setattr("mcuq_hil.farm.measuring.run_jobs", nothing_to_run)
    assert measure(TWO, "stm32f746", wanted, cache) == first


@pytest.mark.arm
def test_an_image_that_faults_is_its_own_error(build_image, tmp_path: Path) -> None:
    wanted = [
        Measurement("good", build_image("loop").elf, turns(5)),
        Measurement("bad", build_image("hard_fault").elf, (bytes(16),)),
    ]
    good, bad = measure(TWO[:1], "stm32f746", wanted, CountCache(tmp_path))
    assert good.total > 0
    assert isinstance(bad, DeviceFaultError)


def test_units_are_not_mixed(tmp_path: Path) -> None:
    mixed = (TWO[0], Place("real", "stm32f746", port="/dev/ttyACM0"))
    with pytest.raises(HilError, match="cycles and instructions"):
        measure(mixed, "stm32f746", [], CountCache(tmp_path))
    with pytest.raises(HilError, match="no place of the farm holds nucleo-g071rb"):
        measure(TWO, "nucleo-g071rb", [], CountCache(tmp_path))


@pytest.mark.arm
def test_a_damaged_cache_file_is_measured_again(build_image, tmp_path: Path) -> None:
    wanted = [Measurement("loop", build_image("loop").elf, turns(7))]
    cache = CountCache(tmp_path)
    first = measure(TWO[:1], "stm32f746", wanted, cache)
    for path in tmp_path.glob("*.json"):
        path.write_text("{")
    assert measure(TWO[:1], "stm32f746", wanted, cache) == first
