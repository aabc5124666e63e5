"""A build in the browser: what is asked for at each time, and that nobody is waited for in vain."""

from __future__ import annotations

import http.client
from http import HTTPStatus
from pathlib import Path

import pytest

from mcuq.cli import watch as module
from mcuq.cli.watch import Watch, watched
from mcuq.findings import Finding
from mcuq.progress import Progress, Scored, SearchSoFar

SO_FAR = SearchSoFar(
    ((2, 0.5), (9, 0.01)), (Scored(50_000, 6_000, 30_000, 0.01, True), Scored(9, 9, 9, 0.3, False))
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text("the report")
    return path


def page(watch: Watch) -> str:
    status, kind, content = watch.answer("/")
    assert (status, kind) == (HTTPStatus.OK, "text/html; charset=utf-8")
    return content.decode()


def test_the_page_tells_stages_findings_and_the_search(report: Path) -> None:
    watch = Watch("a <b> on c", report)
    assert "a &lt;b&gt; on c" in page(watch)
    watch.tell(Progress("load"))
    watch.tell(Progress("load", finding=Finding("odd", "odd <samples>", "look")))
    assert 'id="front"' not in page(watch)
    watch.tell(Progress("search", 2, 20, "best loss 0.5", so_far=lambda: SO_FAR))
    shown = page(watch)
    assert '<li class="good">load</li>\n<li>search: best loss 0.5 (2 of 20)</li>' in shown
    assert "odd &lt;samples&gt;" in shown
    assert 'id="front"' in shown and 'id="curve"' in shown
    assert '"x": [30000, 9]' in shown


def test_what_the_search_knows_is_asked_once_a_second(report: Path) -> None:
    watch, asked = Watch("t", report), []

    def so_far() -> SearchSoFar:
        asked.append(1)
        return SO_FAR

    for done in range(50):
        watch.tell(Progress("search", done, 50, so_far=so_far))
    before = len(asked)
    assert before < 50
    watch.tell(Progress("refine"))
    watch.tell(Progress("refine", 1, 2))
    assert len(asked) == before + 1, "the end of the search is shown, too"
    assert 'id="front"' in page(watch)


def test_the_report_comes_when_it_is_done(report: Path) -> None:
    watch = Watch("t", report)
    assert watch.answer("/report.html")[0] == HTTPStatus.NOT_FOUND
    watch.end()
    assert watch.answer("/")[:2] == (HTTPStatus.FOUND, "/report.html")
    assert not watch.seen.is_set()
    assert watch.answer("/report.html")[2] == b"the report"
    assert watch.seen.is_set()
    assert watch.answer("/../etc/passwd")[0] == HTTPStatus.NOT_FOUND


def test_a_search_ends_with_a_page_that_asks_for_nothing() -> None:
    watch = Watch("t", None)
    watch.tell(Progress("search", 0, 2, so_far=lambda: SearchSoFar((), ())))
    watch.tell(Progress("search", 2, 2, so_far=lambda: SO_FAR))
    going_on = page(watch)
    assert "http-equiv" in going_on and 'src="plotly.js"' in going_on
    assert not watch.seen.is_set()
    watch.end()
    ended = page(watch)
    assert "http-equiv" not in ended and "<script src=" not in ended
    assert '<li class="good">search: (2 of 2)</li>' in ended
    assert '"x": [30000, 9]' in ended, "what was found last is shown, too"
    assert watch.seen.is_set()
    assert watch.answer("/report.html")[0] == HTTPStatus.NOT_FOUND


def test_a_server_answers_its_own_address_alone_and_ends(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(module, "_has_screen", lambda: True)
    monkeypatch.setattr("webbrowser.open", opened.append)
    steps: list[Progress] = []
    with watched(steps.append, "t", report) as tell:
        tell(Progress("load"))
        (address,) = opened
        place = address.removeprefix("http://").rstrip("/")
        for host, status in ((place, 200), ("evil.example:80", 403)):
            connection = http.client.HTTPConnection(place, timeout=30)
            connection.request("GET", "/", headers={"Host": host})
            assert connection.getresponse().status == status
            connection.close()
        monkeypatch.setattr(module, "_LAST_LOOK_S", 0.0)
    assert steps == [Progress("load")]
    assert address in capsys.readouterr().err
    with pytest.raises(OSError):
        http.client.HTTPConnection(place, timeout=5).request("GET", "/")


def test_a_build_that_fails_waits_for_no_browser(report: Path) -> None:
    with pytest.raises(RuntimeError), watched(lambda _: None, "t", report):
        raise RuntimeError
