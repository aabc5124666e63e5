"""`--watch`: a build or a search in the browser while it goes on, and then what came of it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from mcuq.cli.output import said, stderr
from mcuq.progress import Progress, ProgressCallback, SearchSoFar

if TYPE_CHECKING:
    from mcuq.report.live import LiveBuild

_ADDRESS = "127.0.0.1"
_REPORT = "/report.html"
_FRESH_S = 1.0
"""Between two looks at what the search has found."""
_GONE_S = 6.0
"""Whoever has not asked for so long is not looking any more."""
_LAST_LOOK_S = 15.0
"""At most, for the browser to fetch the last page."""


class Watch:
    """What the browser is shown; the thread that works tells, the server's threads ask.

    Args:
        title: of the page.
        report: the file that is shown in the end; None: the page itself, as it is then.
    """

    def __init__(self, title: str, report: Path | None) -> None:
        from mcuq.report.live import LiveBuild

        self._lock = threading.Lock()
        self._build = LiveBuild(title)
        self._report = report
        self._fresh = self._asked = -_GONE_S
        self._pending: Callable[[], SearchSoFar] | None = None
        self.seen = threading.Event()
        """Set when the last page has been fetched."""

    def tell(self, progress: Progress) -> None:
        """A step of the work."""
        search = self._searched(progress)
        with self._lock:
            build = self._build
            others = tuple(one for one in build.stages if one.stage != progress.stage)
            found = () if progress.finding is None else (progress.finding,)
            self._build = replace(
                build,
                stages=(*others, progress),
                found=(*build.found, *found),
                search=search or build.search,
            )

    def _searched(self, progress: Progress) -> SearchSoFar | None:
        """What the search has found, now and then, and at its end; None: nothing new."""
        ended = self._pending if progress.so_far is None else None
        self._pending = progress.so_far
        if ended is not None:
            return ended()
        now = time.monotonic()
        if progress.so_far is None or now - self._fresh < _FRESH_S:
            return None
        self._fresh, self._pending = now, None
        return progress.so_far()

    def end(self) -> None:
        """Nothing more will be told; the report is there."""
        ended = None if self._pending is None else self._pending()
        with self._lock:
            self._build = replace(self._build, search=ended or self._build.search, is_done=True)

    @property
    def is_watched(self) -> bool:
        """Whether a browser asks."""
        return time.monotonic() - self._asked < _GONE_S

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, type (of a redirection: where to) and content for a path."""
        self._asked = time.monotonic()
        if path == "/plotly.js":
            from mcuq.report.libraries import PLOTS

            return HTTPStatus.OK, "text/javascript", PLOTS.script().encode()
        with self._lock:
            build: LiveBuild = self._build
        if path == "/" and build.is_done and self._report is not None:
            return HTTPStatus.FOUND, _REPORT, b""
        content = self._content(path, build)
        if content is None:
            return HTTPStatus.NOT_FOUND, "text/plain", b"there is / only"
        if build.is_done:
            self.seen.set()
        return HTTPStatus.OK, "text/html; charset=utf-8", content

    def _content(self, path: str, build: LiveBuild) -> bytes | None:
        from mcuq.report.live import live_page

        if path == "/":
            return live_page(build).encode()
        if path == _REPORT and build.is_done and self._report is not None:
            return self._report.read_bytes()
        return None


class _Handler(BaseHTTPRequestHandler):
    """Answers what a `Watch` says."""

    watch: Watch

    def do_GET(self) -> None:
        # A page of elsewhere that got itself this address under its own name is refused.
        if self.headers.get("Host", "").rpartition(":")[0] not in (_ADDRESS, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        status, kind, content = self.watch.answer(self.path)
        self.send_response(status)
        if status == HTTPStatus.FOUND:
            self.send_header("Location", kind)
        else:
            self.send_header("Content-Type", kind)
        if self.path == "/plotly.js":
            self.send_header("Cache-Control", "max-age=86400")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: stderr shows the progress."""


@contextlib.contextmanager
def watched(
    progress: ProgressCallback, title: str, report: Path | None
) -> Iterator[ProgressCallback]:
    """A callback that also tells the browser, for as long as the context lasts.

    Args:
        progress: is told as well.
        title: of the page.
        report: shown when the context ends well, the last page without; it waits until a browser
            that looks has it.
    """
    watch = Watch(title, report)
    handler = type("_Answers", (_Handler,), {"watch": watch})
    server = ThreadingHTTPServer((_ADDRESS, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://{_ADDRESS}:{server.server_address[1]}/"
    stderr().print(said("watch", address))
    if _has_screen():
        webbrowser.open(address)

    def tell(step: Progress) -> None:
        progress(step)
        watch.tell(step)

    try:
        yield tell
        watch.end()
        if watch.is_watched:
            watch.seen.wait(_LAST_LOOK_S)
    finally:
        server.shutdown()
        server.server_close()


def _has_screen() -> bool:
    """Elsewhere a browser would run in this terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
