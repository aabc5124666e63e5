"""ONNX Runtime, for ONNX files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from mcuq.frontends.onnx.qoperators import spelled_out
from mcuq.isolated import call_isolated, progressed
from mcuq.witness.outside import Reals, Step

_ON_INTEGERS = ("QLinear", "QGemm", "ConvInteger", "MatMulInteger", "DynamicQuantize", "QAttention")
"""Beginnings of the names of operators that compute on integers."""


@dataclass(frozen=True)
class OnnxRuntime:
    """An ONNX file.

    Attributes:
        needs_integers: whether layers compute on integers; without rounding they are their float
            layers between DequantizeLinear and QuantizeLinear.
    """

    path: Path
    is_quantized: bool
    needs_integers: bool

    @property
    def runtime(self) -> str:
        return f"ONNX Runtime {version('onnxruntime')}"

    def real(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(_run, self.path, list(inputs), True)

    def given(self, inputs: Sequence[Reals]) -> list[Reals]:
        return call_isolated(_run, self.path, list(inputs), False)

    def steps(self, inputs: Sequence[Reals]) -> list[Step]:
        return call_isolated(_steps, self.path, [x[:1] for x in inputs])


def open_onnx(path: Path) -> OnnxRuntime:
    """The file as ONNX Runtime is to run it.

    Raises:
        IsolatedError: it cannot be read.
    """
    return OnnxRuntime(path, *call_isolated(_kind, path))


def _kind(path: Path) -> tuple[bool, bool]:
    """Whether it is quantized, and whether layers compute on integers."""
    kinds = {node.op_type for node in _model(path).graph.node}
    on_integers = any(kind.startswith(_ON_INTEGERS) for kind in kinds)
    return on_integers or "QuantizeLinear" in kinds, on_integers


def _model(path: Path) -> Any:
    import onnx

    return onnx.load(str(path))


def _run(path: Path, inputs: list[Reals], real: bool) -> list[Reals]:
    """In the child: the model's outputs (samples, …)."""
    model = _model(path)
    if real:
        _leave_out_rounding(model)
    return _computed(model, inputs, [output.name for output in model.graph.output])


def _steps(path: Path, inputs: list[Reals]) -> list[Step]:
    """In the child: every node's outputs on the first sample."""
    import onnx

    model = _model(path)
    _leave_out_rounding(model)
    nodes = [(i, n, o) for i, n in enumerate(model.graph.node) for o in n.output if o]
    known = {output.name for output in model.graph.output}
    for _, _, name in nodes:
        if name not in known:
            model.graph.output.append(onnx.ValueInfoProto(name=name))
    found = _computed(model, inputs, [name for _, _, name in nodes])
    return [
        Step(
            f"node {index} {node.op_type} (output {name!r})",
            name,
            values[0],
            node.op_type in _REARRANGING,
        )
        for (index, node, name), values in zip(nodes, found, strict=True)
    ]


def _computed(model: Any, inputs: list[Reals], names: list[str]) -> list[Reals]:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    sources = session.get_inputs()
    rows: list[list[Reals]] = [[] for _ in names]
    for sample in range(len(inputs[0])):
        progressed()
        feed = {
            source.name: x[sample : sample + 1] for source, x in zip(sources, inputs, strict=True)
        }
        for row, values in zip(rows, session.run(names, feed), strict=True):
            row.append(np.asarray(values, np.float32))
    return [np.stack(row) for row in rows]


def _leave_out_rounding(model: Any) -> None:
    """Activations keep their reals between QuantizeLinear and DequantizeLinear, inside the limits
    of the integers; constants stay as they are.
    """
    from onnx import helper

    graph = model.graph
    nodes = spelled_out(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)
    constants = _constants(graph)
    # Values that are reals now, and the grid that each was on: (scale, zero point).
    reals: dict[str, tuple[float, int]] = {}
    nodes = []
    for node in graph.node:
        if node.op_type == "QuantizeLinear" and node.input[0] not in constants:
            limits = _limits(node, constants)
            low, high = f"{node.output[0]}/low", f"{node.output[0]}/high"
            for name, value in zip((low, high), limits, strict=True):
                graph.initializer.append(helper.make_tensor(name, 1, [], [value]))
            nodes.append(helper.make_node("Clip", [node.input[0], low, high], [node.output[0]]))
            reals[node.output[0]] = _grid(node, constants)[:2]
        elif node.op_type == "DequantizeLinear" and node.input[0] in reals:
            nodes.append(helper.make_node("Identity", [node.input[0]], [node.output[0]]))
        elif all(name in reals for name in node.input[:1]) and node.op_type in _MOVING:
            grid = reals[node.input[0]]
            _state_in_reals(graph, node, grid, constants)
            nodes.append(node)
            reals.update(dict.fromkeys(node.output, grid))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]


_MOVING = (
    "Reshape",
    "Transpose",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "MaxPool",
    "Slice",
    "Identity",
    "Pad",
    "Clip",
)
"""Operators that integers may pass on their way to a DequantizeLinear."""


def _constants(graph: Any) -> dict[str, Any]:
    """Initializers and Constant nodes, by name."""
    from onnx import numpy_helper

    found = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            for entry in node.attribute:
                if entry.name == "value":
                    found[node.output[0]] = numpy_helper.to_array(entry.t)
    return found


_NARROW = {"int4": (-8, 7), "uint4": (0, 15), "int2": (-2, 1), "uint2": (0, 3)}


_REARRANGING = frozenset({"Flatten", "Reshape", "Squeeze", "Transpose", "Unsqueeze"})


_STATED = {"Pad": (2,), "Clip": (1, 2)}
"""Which inputs of an operator on integers are integers themselves."""


def _state_in_reals(
    graph: Any, node: Any, grid: tuple[float, int], constants: dict[str, Any]
) -> None:
    """What an operator between QuantizeLinear and DequantizeLinear states as integers, as reals."""
    from onnx import helper

    scale, zero_point = grid
    if node.op_type == "Pad" and not any(node.input[2:3]):
        # Without a value it pads with the integer 0.
        given = list(node.input)
        del node.input[:]
        node.input.extend([*given[:2], "", *given[3:]])
    for number in _STATED.get(node.op_type, ()):
        if number >= len(node.input) or (not node.input[number] and node.op_type != "Pad"):
            continue
        stated = constants.get(node.input[number]) if node.input[number] else np.int64(0)
        real = (int(np.asarray(stated).reshape(-1)[0]) - zero_point) * scale
        name = f"{node.output[0]}/real{number}"
        graph.initializer.append(helper.make_tensor(name, 1, [], [real]))
        node.input[number] = name


def _limits(node: Any, constants: dict[str, Any]) -> tuple[float, float]:
    """The reals of the smallest and the largest integer that a QuantizeLinear writes."""
    scale, point, dtype = _grid(node, constants)
    known = _NARROW.get(dtype.name)
    low, high = known or (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max))
    return (low - point) * scale, (high - point) * scale


def _grid(node: Any, constants: dict[str, Any]) -> tuple[float, int, np.dtype[Any]]:
    """Scale, zero point and type of what a QuantizeLinear writes."""
    scale = float(np.asarray(constants[node.input[1]]).reshape(-1)[0])
    zero = constants.get(node.input[2]) if len(node.input) > 2 else None
    dtype = np.dtype(np.uint8) if zero is None else np.asarray(zero).dtype
    point = 0 if zero is None else int(np.asarray(zero).reshape(-1)[0])
    return scale, point, dtype
