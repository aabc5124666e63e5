"""The published images in a local folder, with the results that were published for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from silicon.chips import CHIPS

_MODELS = {
    "ic": "ic",
    "kws": "kws",
    "vww": "vww",
    "ad": "ad",
    "image_classification": "ic",
    "keyword_spotting": "kws",
    "visual_wake_words": "vww",
    "anomaly_detection": "ad",
}
_MEDIAN = re.compile(r"Median throughput is +([0-9.]+) inf")
_IMAGES = (".bin", ".hex")
_OTHERS = re.compile(r"energy|float", re.I)
_ROUND = re.compile(r"v[0-9]+\.[0-9]+")


@dataclass(frozen=True)
class Image:
    """Attributes:
    path: of the firmware image.
    round: of the benchmark, such as "v1.2".
    chip: a key of CHIPS.
    model: "ic", "kws", "vww" or "ad".
    median: published inferences a second.
    """

    path: Path
    round: str
    submitter: str
    system: str
    chip: str
    model: str
    median: float


def find_images(folder: Path) -> Iterator[Image]:
    """All int8 images for one of CHIPS below `folder`, where repositories of rounds lie.

    Their layout: `…v1.2…/closed/SUBMITTER/code/SYSTEM/MODEL/…`, and the results beside `code`.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _IMAGES or _OTHERS.search(str(path.relative_to(folder))):
            continue
        image = _image(path)
        if image is not None:
            yield image


def _image(path: Path) -> Image | None:
    parts = path.parts
    if "code" not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index("code")
    rounds = [found.group() for part in parts[:at] if (found := _ROUND.search(part))]
    if at + 2 >= len(parts) or not rounds:
        return None
    system, model = parts[at + 1], _MODELS.get(parts[at + 2])
    chip = next((name for name in CHIPS if name in system), None)
    if model is None or chip is None:
        return None
    results = Path(*parts[:at], "results", system, model, "performance", "results.txt")
    if not results.exists():
        return None
    found = _MEDIAN.search(results.read_text(encoding="utf-8", errors="replace"))
    if found is None:
        return None
    return Image(path, rounds[-1], parts[at - 1], system, chip, model, float(found.group(1)))
