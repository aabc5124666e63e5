"""A result and its difference to an earlier one as Markdown, for the page of a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcuq.pipeline.gates import Gates
from mcuq.report.comparison import differing_weights, rows, side
from mcuq.report.gates import Figure, limits
from mcuq.report.naming import short_names
from mcuq.report.wording import verification_lines
from mcuq.result.manifest import Manifest
from mcuq.shown import visible
from mcuq.units import format_bytes, format_count

_IN_BYTES = frozenset({"flash", "RAM"})
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&-])")


def summary(
    manifest: Manifest, gates: Gates, broken: Sequence[str], baseline: Manifest | None = None
) -> str:
    """Whether the gates hold, every figure beside the baseline's, and what was compared.

    Args:
        broken: a sentence for each gate that does not hold, regressions among them.
        baseline: an earlier result.
    """
    title = f"{literal(manifest.model)} on {literal(manifest.target.name)}"
    verdict = "every gate holds" if not broken else "a gate does not hold"
    parts = [f"### {'❌' if broken else '✅'} {title}: {verdict}"]
    if broken:
        parts.append("\n".join(f"- {literal(sentence)}" for sentence in broken))
    parts.append(_table(manifest, gates, baseline))
    if baseline is not None:
        parts += _layers(baseline, manifest)
    compared = verification_lines(manifest)
    parts.append("\n".join(f"- {'✓' if holds else '✗'} {literal(say)}" for holds, say in compared))
    return "\n\n".join(parts) + "\n"


def literal(text: str) -> str:
    """`text` as data: in one line, no markup, no mention of a user."""
    return _SPECIAL.sub(r"\\\1", visible(text)).replace("\\@", "@\u200b")


def _table(manifest: Manifest, gates: Gates, baseline: Manifest | None) -> str:
    kept = {name: _limit_text(name, limit) for name, limit in limits(manifest, gates)}
    heads = ["", "before", "now", "change", "gate"]
    both = [side("before", baseline or manifest), side("now", manifest)]
    lines = [
        [literal(row.name), *map(_text, row.figures), row.change(1), kept.get(row.name, "")]
        for row in rows(both)
    ]
    if baseline is None:
        heads, *lines = ([line[0], line[2], line[4]] for line in (heads, *lines))
    ruler = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ruler, *lines))


def _limit_text(name: str, limit: float) -> str:
    if name in _IN_BYTES:
        return format_bytes(int(limit))
    return format_count(limit) if isinstance(limit, int) else f"{limit:g}"


def _text(figure: Figure | None) -> str:
    return "–" if figure is None else literal(figure.text)


def _layers(before: Manifest, now: Manifest) -> list[str]:
    changes = differing_weights([side("before", before), side("now", now)])
    names = short_names(one.layer for one in changes)
    lines = [f"- {literal(names[one.layer])}: {' → '.join(one.choices)}" for one in changes]
    return ["Weights that differ:\n\n" + "\n".join(lines)] if lines else []
