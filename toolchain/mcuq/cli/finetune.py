"""`mcuq finetune`: quantization-aware training of a float model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.choices import check_choice
from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.errors import UsageError

if TYPE_CHECKING:
    from mcuq.data import Dataset
    from mcuq.findings import Finding
    from mcuq.finetune import Tuned
    from mcuq.finetune.outcome import TrainingOutcome
    from mcuq.graph import Graph
    from mcuq.quantize import Config


Bits = Annotated[
    int | None,
    typer.Option("--bits", help="Of every filter: 8, 4, 2, or 1 for ternary.", show_default=False),
]
Ends = Annotated[
    int | None,
    typer.Option("--ends", help="Of the first and last filter, where --bits is for the others."),
]
Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        min=1,
        help="Passes over the training samples, at most. Default: by their number, 20 to 150.",
        show_default=False,
    ),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--patience",
        min=1,
        help="Stop after so many epochs without a better held-back loss. Default: never.",
        show_default=False,
    ),
]
Rate = Annotated[
    float | None,
    typer.Option(
        "--rate",
        min=0.0,
        callback=options.finite,
        help="Learning rate: 0.001 moves everything by 1 % a step. Default: by the bits.",
        show_default=False,
    ),
]
Labels = Annotated[
    float,
    typer.Option(
        "--labels",
        min=0.0,
        max=1.0,
        callback=options.finite,
        help="Share of the labels in the loss; 0: distil only.",
    ),
]


def finetune(
    model: Annotated[
        Path, typer.Argument(help="Float model.", is_eager=True, callback=options.readable)
    ],
    train: Annotated[Path, typer.Option("--train", help="Training samples; labels are optional.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", help="config.json of a build: train for its mix of widths."),
    ] = None,
    bits: Bits = None,
    ends: Ends = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Float .tflite to write.")] = Path(
        "finetuned.tflite"
    ),
    epochs: Epochs = None,
    patience: Patience = None,
    rate: Rate = None,
    labels: Labels = 0.0,
    evaluation: Annotated[Path | None, options.option("evaluation")] = None,
    metric: Annotated[str | None, options.option("metric")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of everything random.")] = 0,
    json: JsonFlag = False,
) -> None:
    """Train weights and scales for few bits; needs TensorFlow."""
    from mcuq.data import load_data
    from mcuq.finetune import FinetuneSettings, check_trainable
    from mcuq.finetune import finetune as tune
    from mcuq.finetune.outcome import OUTCOME
    from mcuq.importers import load_model
    from mcuq.pipeline.check import check_readable
    from mcuq.progress import Progress, announce
    from mcuq.score.metrics import get_metric
    from mcuq.witness import compare_import

    _check_options(config, bits, ends, output)
    check_writable(output)
    for path in (model, train, config, evaluation):
        if path is not None:
            check_readable(path)
    if metric is not None:
        get_metric(metric)
    graph = load_model(model)
    check_trainable(graph)
    data = load_data(train, graph)
    scored = None if evaluation is None else load_data(evaluation, graph)
    wanted = _configuration(graph, config, bits, ends)
    settings = FinetuneSettings(
        epochs=epochs, rate=rate, patience=patience, label_share=labels, seed=seed
    )
    with shown_progress() as progress:
        imported = compare_import(model, graph, data.inputs)
        known = (*imported.findings, *_doubts(graph, data, scored, metric))
        announce("load", known, progress, strict=False)
        tuned = tune(graph, data, wanted, settings=settings, progress=progress)
        _write(tuned, output)
        outcome = _outcome(tuned, output)
        if scored is not None:
            progress(Progress("evaluate", note=f"{len(scored)} samples, exact arithmetic"))
            gain = _gain(graph, data, scored, wanted, tuned, metric)
            outcome = outcome.model_copy(update=gain)
    if json:
        write_json(OUTCOME, outcome)
    else:
        _draw(outcome)


def _doubts(
    graph: Graph, data: Dataset, scored: Dataset | None, metric: str | None
) -> tuple[Finding, ...]:
    """What is suspicious about the samples, as a build tells it."""
    from mcuq.pipeline.accuracy import make_scorer
    from mcuq.pipeline.scrutiny import float_findings
    from mcuq.sanity.samples import sample_findings, shared_samples
    from mcuq.score.choice import suited_metric

    if scored is None:
        return sample_findings({"training": data}, graph.inputs)
    chosen, doubts = suited_metric(graph, scored, metric)
    return (
        *sample_findings({"training": data, "evaluation": scored}, graph.inputs),
        *shared_samples(data, scored, "trained", "no --train"),
        *doubts,
        *float_findings(make_scorer(graph, scored, chosen)),
    )


def _check_options(config: Path | None, bits: int | None, ends: int | None, output: Path) -> None:
    from mcuq.numeric.widths import WIDTHS

    if (config is None) == (bits is None):
        raise UsageError("give either --config or --bits", "for example --bits 4")
    if config is not None and ends is not None:
        raise UsageError("--ends goes with --bits", "write the widths into the configuration")
    for option, width in (("--bits", bits), ("--ends", ends)):
        if width is not None:
            check_choice(option, width, WIDTHS)
    if output.suffix != ".tflite":
        raise UsageError(f"--output {output} is not a .tflite", "give it that suffix")


def _configuration(graph: Graph, path: Path | None, bits: int | None, ends: int | None) -> Config:
    """Widths and observers from a `config.json`, or one width for all filters."""
    from mcuq.pipeline.config_overrides import read_config
    from mcuq.quantize import Config, WeightChoice

    if path is not None:
        return read_config(path, graph)
    wanted = Config(default_weight=WeightChoice(8 if bits is None else bits))
    if ends is None:
        return wanted
    names = (graph.weights[0], graph.weights[-1])
    return Config(dict.fromkeys(names, WeightChoice(ends)), default_weight=wanted.default_weight)


def _write(tuned: Tuned, output: Path) -> None:
    from mcuq.finetune import sidecar_path, write_sidecar
    from mcuq.tflite.float_model import float_tflite_bytes

    write_atomically(output, float_tflite_bytes(tuned.graph))
    write_sidecar(tuned, sidecar_path(output))


def _outcome(tuned: Tuned, output: Path) -> TrainingOutcome:
    from mcuq.finetune import sidecar_path
    from mcuq.finetune.outcome import Losses, TrainingOutcome

    return TrainingOutcome(
        model=str(output),
        sidecar=str(sidecar_path(output)),
        epochs=len(tuned.history) - 1,
        loss=Losses(before=tuned.history[0], after=min(tuned.history)),
        bits={name: each.bits for name, each in tuned.filters.items()},
    )


def _gain(
    graph: Graph, data: Dataset, scored: Dataset, wanted: Config, tuned: Tuned, metric: str | None
) -> dict[str, Any]:
    from mcuq.finetune import measure_gain, untrained
    from mcuq.score.choice import suited_metric

    chosen, _ = suited_metric(graph, scored, metric)
    gain = measure_gain(graph, untrained(graph, data, wanted), tuned, scored, chosen)
    return {
        "metric": chosen.name,
        "float_": gain.float_model,
        "before": gain.before,
        "after": gain.after,
    }


def _draw(outcome: TrainingOutcome) -> None:
    console = stdout()
    loss = outcome.loss
    console.print(f"{outcome.epochs} epochs: held-back loss {loss.before:.4f} → {loss.after:.4f}")
    if outcome.metric is not None:
        console.print(
            f"{outcome.metric}: float {outcome.float_:.4f}, quantized {outcome.before:.4f}, "
            f"fine-tuned {outcome.after:.4f}"
        )
    console.print(f"wrote {outcome.model} and {outcome.sidecar}")
