"""Jobs on many emulated boards: all done, in any order, also when boards break."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from hil_samples import LARGE, plus

from mcuq.compiler.selftest import build_selftest
from mcuq_hil import load_board
from mcuq_hil.errors import BoardError, DeviceFaultError, LinkLostError, PortError
from mcuq_hil.farm import Job, Place, open_place, read_farm, run_jobs, soak
from mcuq_hil.selftest import answer, check, question

FOUR = tuple(Place(f"f746-{number}", "stm32f746", emulated=True) for number in range(4))


def small_of(turn: int) -> bytes:
    return random.Random(turn).randbytes(16)


def jobs_for(elf: Path, count: int) -> list[Job]:
    def work_on(turn: int):
        return lambda session: session.run([small_of(turn), LARGE])[0]

    return [Job(f"job {turn}", "stm32f746", elf, work_on(turn)) for turn in range(count)]


@pytest.mark.arm
def test_every_job_is_done_once_and_reported_in_order(plus_one) -> None:
    seen: list[str] = []
    report = run_jobs(
        FOUR, jobs_for(plus_one.elf, 40), on_outcome=lambda outcome: seen.append(outcome.name)
    )
    assert [outcome.value for outcome in report.outcomes] == [plus(small_of(t)) for t in range(40)]
    assert [outcome.name for outcome in report.outcomes] == [f"job {t}" for t in range(40)]
    assert sorted(seen) == sorted(f"job {t}" for t in range(40))
    assert report.setbacks == ()


@pytest.mark.arm
def test_any_order_and_any_number_of_boards_gives_the_same(plus_one) -> None:
    jobs = jobs_for(plus_one.elf, 12)
    alone = run_jobs(FOUR[:1], jobs)
    shuffled = random.Random(3).sample(jobs, len(jobs))
    many = run_jobs(FOUR[:3], shuffled)
    assert {o.name: o.value for o in alone.outcomes} == {o.name: o.value for o in many.outcomes}


@pytest.mark.arm
def test_a_killed_board_is_set_aside_and_loses_no_job(plus_one) -> None:
    done = threading.Event()

    def kill_once(session):
        if not done.is_set():
            done.set()
            session._transport.kill()
        return session.run([small_of(5), LARGE])[0]

    jobs = jobs_for(plus_one.elf, 20)
    jobs[5] = Job("job 5", "stm32f746", plus_one.elf, kill_once)
    report = run_jobs(FOUR[:3], jobs)
    assert [outcome.value for outcome in report.outcomes] == [plus(small_of(t)) for t in range(20)]
    (setback,) = report.setbacks
    assert setback.job == "job 5"
    assert isinstance(setback.error, LinkLostError)
    assert [at.place for at in report.setbacks] == [setback.place]
    assert all(outcome.place != "" for outcome in report.outcomes)


@pytest.mark.arm
def test_a_board_that_does_not_open_is_set_aside(plus_one) -> None:
    places = (Place("broken", "stm32f746", port="/dev/no-such-port"), FOUR[0])
    report = run_jobs(places, jobs_for(plus_one.elf, 4))
    assert all((o.error, o.place) == (None, FOUR[0].name) for o in report.outcomes)
    assert [at.place for at in report.setbacks] == ["broken"]


def test_without_any_usable_board_every_job_says_so(tmp_path: Path) -> None:
    places = (Place("broken", "stm32f746", port="/dev/no-such-port"),)
    report = run_jobs(places, jobs_for(tmp_path / "any.elf", 3))
    for outcome in report.outcomes:
        assert isinstance(outcome.error, PortError)
        assert "no usable stm32f746" in outcome.error.cause


@pytest.mark.arm
def test_a_jobs_own_fault_is_not_tried_elsewhere(plus_one, build_image) -> None:
    bad = build_image("hard_fault")
    jobs = jobs_for(plus_one.elf, 3)
    jobs.insert(1, Job("bad", "stm32f746", bad.elf, lambda session: session.run([bytes(16)])[0]))
    report = run_jobs(FOUR[:2], jobs)
    assert isinstance(report.outcomes[1].error, DeviceFaultError)
    assert [outcome.error is None for outcome in report.outcomes] == [True, False, True, True]
    assert report.setbacks == ()


@pytest.mark.arm
def test_a_mistake_in_a_job_does_not_stop_the_farm(plus_one) -> None:
    jobs = jobs_for(plus_one.elf, 2)
    jobs.insert(0, Job("mistake", "stm32f746", plus_one.elf, lambda session: 1 // 0))
    report = run_jobs(FOUR[:1], jobs)
    assert "ZeroDivisionError" in str(report.outcomes[0].error)
    assert [outcome.error is None for outcome in report.outcomes] == [False, True, True]


@pytest.mark.arm
def test_jobs_go_to_boards_of_their_kind(plus_one, build_image) -> None:
    other = build_image("plus_one", "nucleo-g071rb")
    jobs = [
        *jobs_for(plus_one.elf, 3),
        Job("on g071", "nucleo-g071rb", other.elf, lambda session: session.board.name),
    ]
    places = (FOUR[0], Place("g071", "nucleo-g071rb", emulated=True))
    outcomes = run_jobs(places, jobs).outcomes
    assert [outcome.place for outcome in outcomes] == [FOUR[0].name] * 3 + ["g071"]
    assert outcomes[3].value == "nucleo-g071rb"


@pytest.mark.arm
@pytest.mark.parametrize("name", ["stm32f746", "nucleo-g071rb"])
def test_the_self_test_image_passes_its_check(name: str, tmp_path: Path) -> None:
    image = build_selftest(load_board(name), tmp_path)
    with open_place(Place("one", name, emulated=True), image.elf) as session:
        found = check(session)
        asked = question(session, 9)
        assert session.run([asked]) == [answer(asked)]
    used, reserved = found.stack
    assert 0 < used <= reserved == image.stack_bytes


@pytest.mark.arm
def test_a_short_soak_is_clean_and_a_broken_place_shows(tmp_path: Path) -> None:
    image = build_selftest(load_board("stm32f746"), tmp_path)
    report = soak(FOUR[:2], {"stm32f746": image.elf}, seconds=1.5)
    assert report.is_clean
    assert set(report.exchanges) == {"f746-0", "f746-1"}
    broken = (*FOUR[:1], Place("broken", "stm32f746", port="/dev/no-such-port"))
    report = soak(broken, {"stm32f746": image.elf}, seconds=1.0)
    assert not report.is_clean
    assert {place for place, _ in report.errors} == {"broken"}


def test_a_farm_file(tmp_path: Path) -> None:
    path = tmp_path / "hil.toml"
    path.write_text("""
[[place]]
board = "stm32f746"
serial_number = "0671FF48"

[[place]]
name = "basement"
board = "nucleo-f446re"
port = "rfc2217://exporter.lan:4001"

[[place]]
board = "nucleo-g071rb"
emulated = 2
""")
    assert read_farm(path) == (
        Place("stm32f746", "stm32f746", serial_number="0671FF48"),
        Place("basement", "nucleo-f446re", port="rfc2217://exporter.lan:4001"),
        Place("nucleo-g071rb-1", "nucleo-g071rb", emulated=True),
        Place("nucleo-g071rb-2", "nucleo-g071rb", emulated=True),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "place"),
        ("[[place]]\nbord = 'stm32f746'", "place.0"),
        ("[[place]]\nboard = 'stm32f764'", "no board called"),
        ("[[place]]\nboard = 'stm32f746'\nemulated = 2\nport = 'x'", "neither port"),
        ("[[place]\n", "not valid TOML"),
        (
            "[[place]]\nname = 'a'\nboard = 'stm32f746'\n"
            "[[place]]\nname = 'b-1'\nboard = 'stm32f746'\n"
            "[[place]]\nname = 'b'\nboard = 'stm32f746'\nemulated = 2\n",
            "two places are called b-1",
        ),
    ],
)
def test_a_wrong_farm_file_says_what(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "hil.toml"
    path.write_text(text)
    with pytest.raises(BoardError, match=message):
        read_farm(path)
