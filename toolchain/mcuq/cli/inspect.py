"""`mcuq inspect`: what a model holds, before anything is done to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli import complete
from mcuq.cli.missing import show_missing
from mcuq.cli.output import JsonFlag, stdout, warn, write_json
from mcuq.document import Document
from mcuq.pipeline import names
from mcuq.shown import visible
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.graph import Graph


@dataclass(frozen=True)
class Endpoint:
    """An input or output of a model.

    Attributes:
        name: of its tensor.
        shape: in the graph's layout, batch included.
    """

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class OperatorFacts:
    """One operator of a model.

    Attributes:
        index: its number in execution order, from 0.
        kind: such as "CONV_2D".
        output: name of its first output.
        shape: of that.
        macs: multiply-accumulates of one inference.
        parameters: values of its constants.
        filter: name of its filter tensor; null without one.
    """

    index: int
    kind: str
    output: str
    shape: tuple[int, ...]
    macs: int
    parameters: int
    filter: str | None


@dataclass(frozen=True)
class Inspected:
    """What a model holds.

    Attributes:
        name: of the model.
        inputs: in its order.
        outputs: in its order.
        ranges: activation → lowest and highest real value, where the file stores them.
        ops: in execution order.
        macs: multiply-accumulates of one inference.
        parameters: values of all constants.
        weights: values of all filters: their bytes in int8.
    """

    name: str
    inputs: tuple[Endpoint, ...]
    outputs: tuple[Endpoint, ...]
    ranges: dict[str, tuple[float, float]]
    ops: tuple[OperatorFacts, ...]
    macs: int
    parameters: int
    weights: int


@dataclass(frozen=True)
class Observed:
    """What calibration saw of one activation.

    Attributes:
        name: of the activation.
        low: smallest real value.
        high: largest real value.
        range: the real values that the observer keeps; 0 always lies in it.
        clipped: share of the values outside of it.
    """

    name: str
    low: float
    high: float
    range: tuple[float, float]
    clipped: float


@dataclass(frozen=True)
class ObservedModel:
    """The activations of a model, by one observer.

    Attributes:
        observer: its name.
        activations: in execution order.
    """

    observer: str
    activations: tuple[Observed, ...]


INSPECTED = Document("inspect", Inspected, "what a model holds", "`mcuq inspect --json`")
OBSERVED = Document(
    "inspect-ranges",
    ObservedModel,
    "what a calibration saw of a model",
    "`mcuq inspect --ranges … --json`",
)


def inspect(
    model: Annotated[Path, typer.Argument(help="A .tflite (or other supported) float model.")],
    ranges: Annotated[
        Path | None,
        typer.Option("--ranges", help="File of mcuq calibrate: draw each activation's histogram."),
    ] = None,
    observer: Annotated[
        str,
        typer.Option(
            "--observer",
            help="Whose range to mark: minmax, mse, entropy, …",
            autocompletion=complete.one_of(names.observers),
        ),
    ] = "minmax",
    json: JsonFlag = False,
) -> None:
    """Show a model's operators, shapes, MACs and parameters; where operators are not supported,
    all of them, what they cost, and a program that cuts the model there."""
    from mcuq.calibrate.observers import observer as find_observer
    from mcuq.importers import load_model
    from mcuq.importers.missing import UnknownOperatorsError
    from mcuq.witness import compare_import

    find_observer(observer)
    try:
        graph = load_model(model)
    except UnknownOperatorsError as error:
        if not error.missing:  # it stands in no place of the file: a step on the way
            raise
        raise typer.Exit(show_missing(model, error, json=json)) from None
    for finding in compare_import(model, graph).findings:
        warn(finding)
    if ranges is not None:
        _inspect_ranges(graph, ranges, observer, json)
        return
    found = inspected(graph)
    if json:
        write_json(INSPECTED, found)
    else:
        _draw(found)
        for state in graph.states:
            shape = "×".join(map(str, graph.tensors[state.read].shape))
            stdout().print(f"state {visible(state.name)} {shape}, kept from run to run")


def _inspect_ranges(graph: Graph, file: Path, observer: str, json: bool) -> None:
    from mcuq.calibrate import ranges_from
    from mcuq.cli.histogram import clipped_share, histogram_table
    from mcuq.pipeline.statistics import read_statistics

    seen = read_statistics(file, graph)
    statistics = {name: seen[name] for name in graph.activations}
    found = ranges_from(statistics, [observer])
    # What is quantized always holds 0.
    ends = {name: found.range(name, observer) for name in statistics}
    chosen = {name: (min(low, 0.0), max(high, 0.0)) for name, (low, high) in ends.items()}
    if not json:
        stdout().print(histogram_table(statistics, chosen, observer))
        return
    rows = tuple(
        Observed(name, one.low, one.high, chosen[name], clipped_share(one, *chosen[name]))
        for name, one in statistics.items()
    )
    write_json(OBSERVED, ObservedModel(observer, rows))


def inspected(graph: Graph) -> Inspected:
    """Operators, shapes and counts of a graph."""
    from mcuq.graph.counts import macs, parameters

    ops = tuple(
        OperatorFacts(
            index=index,
            kind=op.kind.name,
            output=op.output,
            shape=graph.tensors[op.output].shape,
            macs=macs(graph, op),
            parameters=parameters(graph, op),
            filter=op.inputs[1] if op.kind.weighted else None,
        )
        for index, op in enumerate(graph.ops)
    )
    return Inspected(
        name=graph.name,
        inputs=tuple(Endpoint(name, graph.tensors[name].shape) for name in graph.inputs),
        outputs=tuple(Endpoint(name, graph.tensors[name].shape) for name in graph.outputs),
        ranges=dict(graph.ranges),
        ops=ops,
        macs=sum(op.macs for op in ops),
        parameters=sum(one.size for one in graph.tensors.values() if one.is_constant),
        weights=sum(graph.tensors[name].size for name in graph.weights),
    )


def _draw(found: Inspected) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "operator", "shape"):
        table.add_column(title)
    for title in ("MACs", "parameters"):
        table.add_column(title, justify="right")
    for op in found.ops:
        shape = "×".join(map(str, op.shape))
        macs = format_count(op.macs) if op.macs else ""
        parameters = f"{op.parameters:,}" if op.parameters else ""
        table.add_row(str(op.index), op.kind, shape, macs, parameters)
    console = stdout()
    console.print(table)
    for label, ends in (("input", found.inputs), ("output", found.outputs)):
        for end in ends:
            console.print(f"{label} {visible(end.name)} {'×'.join(map(str, end.shape))}")
    if found.ranges:
        console.print(f"the file stores ranges of {len(found.ranges)} activations")
    console.print(
        f"{format_count(found.macs)} MACs, {found.parameters:,} parameters; "
        f"weights: {format_bytes(found.weights)} in int8, "
        f"{format_bytes((found.weights + 1) // 2)} in int4"
    )
