"""A result as a notebook's cell shows it: tables that take the notebook's own style."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mcuq.report.wording import (
    budget_lines,
    change_lines,
    count_text,
    estimate_text,
    metric_title,
    metric_value,
    verification_lines,
)
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes


def notebook_html(manifest: Manifest) -> str:
    """The figures a reader asks for first, what was compared, and what looked wrong."""
    target = manifest.target
    title = f"{manifest.model} on {target.name} ({target.part}, {target.core})"
    verdicts = [
        f"{'✓' if holds else '✗'} {sentence}" for holds, sentence in verification_lines(manifest)
    ]
    warnings = [f"! {one.message}: {one.hint}" for one in manifest.warnings]
    return (
        f"<div><strong>{escape(title)}</strong>{_table(_rows(manifest))}"
        f"{_list((*verdicts, *warnings))}</div>"
    )


def _rows(manifest: Manifest) -> Iterable[tuple[str, str, str]]:
    result = manifest.result
    if result.quantized is not None:
        others = [f"float {metric_value(manifest, result.float_)}"]
        if result.int8 is not None:
            others.append(f"int8 {metric_value(manifest, result.int8)}")
        beside = "; ".join((", ".join(others), *change_lines(manifest)))
        yield metric_title(manifest), metric_value(manifest, result.quantized), beside
    for name, used, limit in budget_lines(manifest):
        share = used / limit if limit else float(used > 0)
        yield name, format_bytes(used), f"{share:.0%} of {format_bytes(limit)}"
    yield "inference", count_text(manifest), estimate_text(manifest)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{escape(text)}</td>" for text in row) for row in rows)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _list(lines: Iterable[str]) -> str:
    return "".join(f"<div>{escape(line)}</div>" for line in lines)
