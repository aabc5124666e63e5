"""`report.html` of a bundle: one file that opens offline."""

from __future__ import annotations

from pathlib import Path

from mcuq.bundle.wording import budget_lines, savings, title_of, verification_lines
from mcuq.report.elements import budget_card, card, outcome, table
from mcuq.report.frame import embedded, framed
from mcuq.result.bundle import BUNDLE, Bundle
from mcuq.units import format_bytes, format_count

_PAGE = Path(__file__).resolve().parent / "page.html"


def bundle_page(made: Bundle) -> str:
    """The page; equal values give equal text."""
    target = made.target
    return framed(
        _PAGE,
        title=title_of(made),
        subtitle=f"{len(made.models)} models in one image; {target.part}, {target.core}",
        result=outcome(
            _cards(made), ((True, line) for line in verification_lines(made)), savings(made)
        ),
        models=_models(made),
        provenance=_provenance(made),
        bundle=embedded(BUNDLE.text(made)),
    )


def _cards(made: Bundle) -> list[str]:
    cards = [budget_card(*line) for line in budget_lines(made)]
    result = made.result
    alone = f"one image a model: {format_bytes(result.alone_flash_bytes)} of flash in all"
    cards.append(card("kernels", format_bytes(result.kernel_bytes), alone))
    arenas = f"{made.arena}, {format_bytes(result.saved_arena_bytes)} spared"
    cards.append(card("arenas", format_bytes(result.arena_bytes), arenas))
    counts = (f"{model.name} {format_count(model.counts)}" for model in made.models)
    cards.append(card(f"{made.device.unit} an inference", ", ".join(counts), ""))
    return cards


def _models(made: Bundle) -> str:
    sizes = ("flash", "arena", "arena touched", "states")
    numbers = (*sizes, made.device.unit, "flash alone", "RAM alone")
    rows = [
        (
            model.name,
            model.model,
            model.flash_bytes,
            model.arena_bytes,
            model.arena_high_water,
            model.state_bytes,
            model.counts,
            model.alone_flash_bytes,
            model.alone_ram_bytes,
        )
        for model in made.models
    ]
    return table(("name", "built from"), numbers, rows)


def _provenance(made: Bundle) -> str:
    rows = [(f"SHA-256 of {model.name}.tflite", model.digest) for model in made.models]
    rows += [("build id", made.build_id), *sorted(made.versions.items())]
    return table(("what", "which"), (), rows)
