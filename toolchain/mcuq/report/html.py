"""`report.html`: one file that opens offline, with everything that `manifest.json` says."""

from __future__ import annotations

import json
from html import escape
from string import Template

from plotly.offline import get_plotlyjs

import mcuq
from mcuq.numeric.widths import width_name
from mcuq.report.elements import FOLDER, budget_card, card, style, table
from mcuq.report.naming import short_names
from mcuq.report.plots import figures
from mcuq.report.wording import (
    ELIMINATION_REASONS,
    budget_lines,
    change_lines,
    count_text,
    elimination_lines,
    estimate_text,
    int8_note,
    interval_text,
    metric_title,
    metric_value,
    verification_lines,
)
from mcuq.report.worst_case import worst_case
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import MANIFEST, Manifest
from mcuq.units import format_count

_PLOTS = {
    "pareto": (
        "What accuracy costs",
        "On evaluation samples, exact arithmetic; $better and to the left is better. The search "
        "chose on other samples, by its loss: a few samples more or less here are chance. Hover "
        "for the configuration.",
    ),
    "curve": ("How it got there", "The best configuration within the budget so far."),
    "layers": ("Where bytes and work go", "By layer, in execution order."),
    "memory": ("The RAM plan", "Which buffer lies where in the arena, layer by layer."),
    "ranges": (
        "Activation ranges",
        "Values on calibration data, the darker the more of them; the marks: what the integers "
        "reach. Values beyond a mark are clipped.",
    ),
}


def report_html(manifest: Manifest, front: Front, config: ConfigFile) -> str:
    """The page; equal values give equal text."""
    made = figures(manifest, front, config)
    target = manifest.target
    page = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    return page.substitute(
        version=escape(mcuq.__version__),
        title=escape(f"{manifest.model} on {target.name}"),
        subtitle=escape(f"{target.part}, {target.core}; seed {manifest.seed}"),
        style=style(),
        cards="\n".join(_cards(manifest)),
        verdicts="\n".join(
            f'<li class="{"good" if holds else "bad"}">{escape(sentence)}</li>'
            for holds, sentence in verification_lines(manifest)
        ),
        note=escape(int8_note(manifest)),
        warnings=_warnings(manifest),
        plots="\n".join(_place(name, manifest) for name in _PLOTS if name in made),
        elimination=_elimination(manifest),
        bounds=escape(" ".join(worst_case(manifest))),
        layers=_layer_table(manifest),
        command=escape(manifest.command),
        provenance=_provenance(manifest),
        manifest=_embedded(MANIFEST.text(manifest)),
        figures=_embedded(
            json.dumps({name: json.loads(figure.to_json()) for name, figure in made.items()})
        ),
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
        script=(FOLDER / "page.js").read_text(encoding="utf-8"),
    )


def _warnings(manifest: Manifest) -> str:
    """A section of its own; nothing where nothing looked wrong."""
    if not manifest.warnings:
        return ""
    rows = "\n".join(
        f"<li>{escape(one.message)} <small>{escape(one.hint)}</small></li>"
        for one in manifest.warnings
    )
    return f'<section><h2>Warnings</h2><ul class="warnings">\n{rows}\n</ul></section>'


def _elimination(manifest: Manifest) -> str:
    """What was left out, layer by layer; nothing where nothing was."""
    gone = manifest.elimination
    if gone is None:
        return ""
    heads = ("before", "built", *ELIMINATION_REASONS.values())
    names = short_names(layer.layer for layer in gone.layers)
    rows = [
        (
            names[layer.layer],
            layer.before,
            layer.after,
            *(getattr(layer, key) for key in ELIMINATION_REASONS),
        )
        for layer in gone.layers
    ]
    told = "".join(f"<p>{escape(line)}.</p>" for line in (*elimination_lines(manifest), _WHY))
    listed = table(("layer",), heads, rows)
    return (
        f"<section><h2>Channels that cannot matter</h2>{told}"
        f'<div class="scroll">\n{listed}\n</div></section>'
    )


_WHY = (
    "Bounds of every channel follow from the weights and the bounds of the input. A channel that "
    "they make constant is part of the next bias; the weights of equal ones are added; a weight "
    "counts unless no float32 sum shows its product beside the bias"
)


def _embedded(document: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return document.replace("<", "\\u003c")


def _cards(manifest: Manifest) -> list[str]:
    result = manifest.result
    cards = [
        card(
            metric_title(manifest),
            metric_value(manifest, result.quantized),
            _beside(manifest),
        )
    ]
    for name, used, limit in budget_lines(manifest):
        cards.append(budget_card(name, used, limit))
    count = result.instructions if result.instructions is not None else result.cycles
    if count is not None:
        cards.append(card(manifest.device.unit, format_count(count), count_text(manifest)))
    if result.cycles_estimated is not None:
        cycles = format_count(result.cycles_estimated)
        cards.append(card("cycles (estimated)", cycles, estimate_text(manifest)))
    return cards


def _beside(manifest: Manifest) -> str:
    """What the metric of the result is to be seen beside."""
    result = manifest.result
    if result.quantized is None:
        return "no evaluation data"
    interval = interval_text(manifest, result.interval_low, result.interval_high)
    int8 = "" if result.int8 is None else f", int8 {metric_value(manifest, result.int8)}"
    words = [
        f"95 %: {interval}" if interval else "",
        f"float {metric_value(manifest, result.float_)}{int8}; {result.samples:,} samples",
        *change_lines(manifest),
    ]
    return "; ".join(word for word in words if word)


def _place(name: str, manifest: Manifest) -> str:
    title, text = _PLOTS[name]
    text = text.replace("$better", "up" if manifest.result.higher_is_better else "down")
    return (
        f"<section><h2>{escape(title)}</h2><p>{escape(text)}</p>"
        f'<div class="plot" id="{name}"></div></section>'
    )


def _layer_table(manifest: Manifest) -> str:
    names = short_names(layer.name for layer in manifest.layers)
    heads = ("#", "layer", "operator", "function", "shape", "weights")
    numbers = ("MACs", "bytes", "scratch", manifest.device.unit, "cycles (estimated)")
    rows = [
        (
            index,
            names[layer.name],
            layer.kind,
            f"{layer.function}, slow path: {layer.slow}" if layer.slow else layer.function,
            "×".join(map(str, layer.shape)),
            "" if layer.bits is None else f"{width_name(layer.bits)} {layer.method}",
            layer.macs,
            layer.constant_bytes,
            layer.scratch_bytes,
            "" if layer.counts is None else layer.counts,
            "" if layer.cycles_estimated is None else layer.cycles_estimated,
        )
        for index, layer in enumerate(manifest.layers)
    ]
    return table(heads, numbers, rows)


def _provenance(manifest: Manifest) -> str:
    rows = [(f"SHA-256 of {role}", digest) for role, digest in sorted(manifest.inputs.items())]
    rows += [(name, version) for name, version in sorted(manifest.versions.items())]
    return table(("what", "which"), (), rows)
