"""`mcuq inspect`: what a model holds, before anything is done to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.graph import Graph


def inspect(
    model: Annotated[Path, typer.Argument(help="A .tflite (or other supported) float model.")],
    json: JsonFlag = False,
) -> None:
    """Show a model's operators, shapes, MACs and parameters; fails if one is not supported."""
    from mcuq.frontends import load_model

    facts = _facts(load_model(model))
    if json:
        write_json(facts)
    else:
        _draw(facts)


def _facts(graph: Graph) -> dict[str, Any]:
    from mcuq.graph.counts import macs, parameters

    ops = [
        {
            "index": index,
            "kind": op.kind.value,
            "output": op.output,
            "shape": list(graph.tensors[op.output].shape),
            "macs": macs(graph, op),
            "parameters": parameters(graph, op),
        }
        for index, op in enumerate(graph.ops)
    ]
    constants = sum(tensor.size for tensor in graph.tensors.values() if tensor.is_constant)
    return {
        "name": graph.name,
        "inputs": [_endpoint(graph, name) for name in graph.inputs],
        "outputs": [_endpoint(graph, name) for name in graph.outputs],
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
            console.print(f"{label[:-1]} {end['name']} {shape}", markup=False)
    console.print(
        f"{format_count(facts['macs'])} MACs, {facts['parameters']:,} parameters; "
        f"weights: {format_bytes(facts['weights'])} in int8, "
        f"{format_bytes((facts['weights'] + 1) // 2)} in int4",
        markup=False,
    )
