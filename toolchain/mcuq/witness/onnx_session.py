"""Models in ONNX Runtime, node by node as they are written: no optimization, one thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mcuq.isolated import progressed
from mcuq.witness.outside import Reals

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}


def computed(model: Any, inputs: Sequence[Reals], names: Sequence[str]) -> list[Reals]:
    """The named values, float32 (samples, …), sample by sample."""
    session = _session(model)
    sources = session.get_inputs()
    rows: list[list[Reals]] = [[] for _ in names]
    for sample in range(len(inputs[0])):
        progressed()
        feed: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
            source.name: x[sample : sample + 1].astype(_TYPES[source.type])
            for source, x in zip(sources, inputs, strict=True)
        }
        for row, values in zip(rows, session.run(list(names), feed), strict=True):
            row.append(np.asarray(values, np.float32))
    return [np.stack(row) for row in rows]


def run_once(model: Any, name: str) -> np.ndarray[Any, np.dtype[Any]]:
    """A value that depends on no input, as the runtime gives it."""
    import onnx

    from mcuq.importers.onnx.order import needed

    alone = onnx.ModelProto()
    alone.CopyFrom(model)
    nodes = needed(model.graph.node, [name])
    read = {entry for node in nodes for entry in node.input}
    for repeated in ("node", "input", "output", "value_info", "initializer"):
        del getattr(alone.graph, repeated)[:]
    alone.graph.node.extend(nodes)
    alone.graph.initializer.extend(x for x in model.graph.initializer if x.name in read)
    alone.graph.output.append(onnx.ValueInfoProto(name=name))
    return np.asarray(_session(alone).run([name], {})[0])


def _session(model: Any) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
