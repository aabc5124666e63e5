"""`mcuq inspect`: what a model holds, before anything is done to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, warn, write_json
from mcuq.pipeline import names
from mcuq.shown import visible
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.graph import Graph


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
    """Show a model's operators, shapes, MACs and parameters; fails if one is not supported."""
    from mcuq.calibrate.observers import observer as find_observer
    from mcuq.importers import load_model
    from mcuq.witness import compare_import

    find_observer(observer)
    graph = load_model(model)
    for finding in compare_import(model, graph).findings:
        warn(finding)
    if ranges is not None:
        _inspect_ranges(graph, ranges, observer, json)
        return
    facts = _facts(graph)
    if json:
        write_json(facts)
    else:
        _draw(facts)


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
    rows = [
        {
            "name": name,
            "low": one.low,
            "high": one.high,
            "range": list(chosen[name]),
            "clipped": clipped_share(one, *chosen[name]),
        }
        for name, one in statistics.items()
    ]
    write_json({"observer": observer, "activations": rows})


def _facts(graph: Graph) -> dict[str, Any]:
    from mcuq.graph import WEIGHTED
    from mcuq.graph.counts import macs, parameters

    ops = [
        {
            "index": index,
            "kind": op.kind.value,
            "output": op.output,
            "shape": list(graph.tensors[op.output].shape),
            "macs": macs(graph, op),
            "parameters": parameters(graph, op),
            "filter": op.inputs[1] if op.kind in WEIGHTED else None,
        }
        for index, op in enumerate(graph.ops)
    ]
    constants = sum(tensor.size for tensor in graph.tensors.values() if tensor.is_constant)
    return {
        "name": graph.name,
        "inputs": [_endpoint(graph, name) for name in graph.inputs],
        "outputs": [_endpoint(graph, name) for name in graph.outputs],
        "ranges": {name: list(span) for name, span in graph.ranges.items()},
        "ops": ops,
        "macs": sum(macs(graph, op) for op in graph.ops),
        "parameters": constants,
        "weights": sum(graph.tensors[name].size for name in graph.weights),
    }


def _endpoint(graph: Graph, name: str) -> dict[str, Any]:
    return {"name": name, "shape": list(graph.tensors[name].shape)}


def _draw(facts: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "operator", "shape"):
        table.add_column(title)
    for title in ("MACs", "parameters"):
        table.add_column(title, justify="right")
    for op in facts["ops"]:
        shape = "×".join(map(str, op["shape"]))
        macs = format_count(op["macs"]) if op["macs"] else ""
        parameters = f"{op['parameters']:,}" if op["parameters"] else ""
        table.add_row(str(op["index"]), op["kind"], shape, macs, parameters)
    console = stdout()
    console.print(table)
    for label in ("inputs", "outputs"):
        for end in facts[label]:
            shape = "×".join(map(str, end["shape"]))
            console.print(f"{label[:-1]} {visible(end['name'])} {shape}")
    if facts["ranges"]:
        console.print(f"the file stores ranges of {len(facts['ranges'])} activations")
    console.print(
        f"{format_count(facts['macs'])} MACs, {facts['parameters']:,} parameters; "
        f"weights: {format_bytes(facts['weights'])} in int8, "
        f"{format_bytes((facts['weights'] + 1) // 2)} in int4"
    )
