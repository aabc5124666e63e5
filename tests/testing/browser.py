"""Ask Chromium about pages: where things are drawn, and whether anything went wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium (apt-get install chromium)")


@dataclass(frozen=True)
class Frame:
    """A page in a window of its own.

    Attributes:
        width: in pixels.
        before: statements that are run first, on the window `w`.
    """

    width: int
    before: str = ""


def ask(page: Path, frames: Sequence[Frame], function: str) -> list[Any]:
    """What a JavaScript function of a page's window gives in each frame; nothing may be written to
    the console meanwhile."""
    assert BROWSER is not None
    # Frames, because a headless window is never narrower than 500 pixels.
    elements = "".join(
        f'<iframe src="{escape(page.name)}" style="border:0;width:{frame.width}px;height:3000px">'
        "</iframe>"
        for frame in frames
    )
    before = ",".join(f"(w) => {{ {frame.before} }}" for frame in frames)
    asking = page.with_name(f"ask-{page.name}")
    asking.write_text(
        f"{elements}<pre></pre><script>onload = () => {{"
        "const windows = [...document.querySelectorAll('iframe')].map(f => f.contentWindow);"
        f"const before = [{before}]; const facts = {function};"
        "windows.forEach((w, i) => before[i](w));"
        "setTimeout(() => document.querySelector('pre').textContent ="
        " JSON.stringify(windows.map(facts)), 1000); };</script>",
        encoding="utf-8",
    )
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={page.parent / 'profile'}"]
    command += ["--virtual-time-budget=10000", "--window-size=1400,3200", "--dump-dom"]
    run = subprocess.run(
        [*command, asking.as_uri()], capture_output=True, text=True, timeout=240, check=True
    )
    assert "CONSOLE" not in run.stderr
    found = re.search(r"<pre>(.*?)</pre>", run.stdout, re.S)
    assert found is not None
    facts: list[Any] = json.loads(unescape(found[1]))
    return facts
