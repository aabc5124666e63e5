"""`report.html`: one file that opens offline, with everything that `manifest.json` says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from mcuq.report.cards import cards
from mcuq.report.drawing import Panels
from mcuq.report.elements import FOLDER, legend, outcome, table, warnings
from mcuq.report.frame import embedded, framed
from mcuq.report.layer_table import layer_table
from mcuq.report.libraries import GRAPHS, PLOTS
from mcuq.report.lost import lost
from mcuq.report.naming import short_names
from mcuq.report.network import Band, network
from mcuq.report.plots import bits_legend, plots
from mcuq.report.wording import (
    ELIMINATION_REASONS,
    elimination_lines,
    int8_note,
    pruning_lines,
    verification_lines,
    volume_lines,
)
from mcuq.report.worst_case import worst_case
from mcuq.result.accuracy import AccuracyFile
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import MANIFEST, Manifest

_PLOTS = {
    "pareto": (
        "What accuracy costs",
        "On evaluation samples, exact arithmetic; $better and to the left is better. The search "
        "chose on other samples, by its loss: a few samples more or less here are chance. Hover "
        "for the configuration.",
    ),
    "curve": ("How it got there", "The best configuration within the budget so far."),
    "layers": ("Where bytes and work go", "By layer, in execution order."),
    "memory": (
        "The RAM plan",
        "Which buffer lies where in the arena, layer by layer. Hover for names and bytes.",
    ),
    "sensitivity": (
        "What each filter costs alone",
        "Rise of the search loss where this filter alone has fewer bits, by the best method that "
        "was tried.",
    ),
    "ranges": (
        "Activation ranges",
        "Values on calibration data, the darker the more of them; the marks: what the integers "
        "reach. Values beyond a mark are clipped.",
    ),
}


def report_html(
    manifest: Manifest, front: Front, config: ConfigFile, accuracy: AccuracyFile | None = None
) -> str:
    """The page; equal values give equal text."""
    made = plots(manifest, front, config)
    bands = network(manifest, config)
    target = manifest.target
    return framed(
        FOLDER / "report.html",
        title=f"{manifest.model} on {target.name}",
        subtitle=f"{target.part}, {target.core}; seed {manifest.seed}",
        result=outcome(cards(manifest), verification_lines(manifest), int8_note(manifest)),
        warnings=warnings(manifest.warnings),
        plots="\n".join(
            _place(name, made[name], manifest, volume_lines(front) if name == "pareto" else [])
            for name in _PLOTS
            if name in made
        ),
        elimination=_elimination(manifest) + _pruning(manifest),
        lost=lost(manifest, accuracy),
        network=_network(manifest, bands),
        bounds=escape(" ".join(worst_case(manifest))),
        layers=layer_table(manifest),
        command=escape(manifest.command),
        provenance=_provenance(manifest),
        manifest=embedded(MANIFEST.text(manifest)),
        figures=embedded(_figures(made)),
        bands=embedded(json.dumps([band.plain() for band in bands])),
        plotting=PLOTS.script(),
        graphs=GRAPHS.script(),
        script="\n".join(
            (FOLDER / name).read_text(encoding="utf-8")
            for name in ("page.js", "network.js", "samples.js")
        ),
    )


def _figures(made: dict[str, Panels]) -> str:
    """What Plotly draws, by the id of its place."""
    found = {
        name: [json.loads(figure.to_json()) for figure in panels.figures]
        for name, panels in made.items()
    }
    return json.dumps(found, separators=(",", ":"))


def _network(manifest: Manifest, bands: list[Band]) -> str:
    """Its place; nothing where an older mcuq did not write how layers hang together."""
    if not bands:
        return ""
    keys = legend((key.text, key.mark, key.color) for key in bits_legend(manifest))
    return (
        "<section><h2>The network</h2><p>As it runs, from top to bottom, one column after the "
        "other. A click leads to the layer's figures.</p>"
        f'{keys}<div id="network"></div></section>'
    )


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


def _pruning(manifest: Manifest) -> str:
    """What the search left out; nothing where it left all."""
    gone = manifest.pruning
    if gone is None:
        return ""
    names = short_names(one.name for one in gone.sets)
    rows = [
        (
            names[one.name],
            one.before,
            one.before - len(one.channels),
            ", ".join(map(str, one.channels)),
        )
        for one in gone.sets
    ]
    told = "".join(f"<p>{escape(line)}. {_HOW}.</p>" for line in pruning_lines(manifest))
    listed = table(("layer",), ("before", "built", "without"), rows)
    return (
        f"<section><h2>Channels left out by choice</h2>{told}"
        f'<div class="scroll">\n{listed}\n</div></section>'
    )


_HOW = (
    "Filters that read them are fitted to the channels that stay; layers that are added lose the "
    "same ones"
)
_WHY = (
    "Bounds of every channel follow from the weights and the bounds of the input. A channel that "
    "they make constant is part of the next bias; the weights of equal ones are added; a weight "
    "counts unless no float32 sum shows its product beside the bias"
)


def _place(name: str, panels: Panels, manifest: Manifest, figures: Sequence[str]) -> str:
    """A plot with its heading, what it shows, and figures of all of it in words."""
    title, text = _PLOTS[name]
    text = text.replace("$better", "up" if manifest.result.higher_is_better else "down")
    keys = legend((key.text, key.mark, key.color) for key in panels.legend)
    told = "".join(f"<p>{escape(line)}.</p>" for line in figures)
    places = "".join(
        f'<div class="plot" id="{name}-{i}"></div>' for i in range(len(panels.figures))
    )
    return (
        f'<section class="drawn"><h2>{escape(title)}</h2><p>{escape(text)}</p>{told}'
        f"{keys if panels.legend else ''}"
        f'<div class="panels" style="--least:{panels.least}px">{places}</div></section>'
    )


def _provenance(manifest: Manifest) -> str:
    rows = [(f"SHA-256 of {role}", digest) for role, digest in sorted(manifest.inputs.items())]
    rows += [(name, version) for name, version in sorted(manifest.versions.items())]
    return table(("what", "which"), (), rows)
