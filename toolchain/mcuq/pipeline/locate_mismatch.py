"""Which layer of a model gives other bytes on the device, when an external library computes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.compiler import build_firmware
from mcuq.cost import plan_program
from mcuq.errors import DeviceError
from mcuq.graph import Op
from mcuq.interpret.integer import run_integer
from mcuq.lower import Call
from mcuq.pipeline.lowering import lower_for, write_model
from mcuq.pipeline.profile import ProfileTarget, most_instructions
from mcuq.quantized import QuantizedGraph
from mcuq.temporary import temporary_folder
from mcuq_hil import open_session

Values = npt.NDArray[Any]


def locate_mismatch(
    target: ProfileTarget, qgraph: QuantizedGraph, sample: Sequence[Values]
) -> None:
    """Run every layer that the target's library computes by itself, on what reaches it.

    Args:
        sample: one, an array an input.

    Raises:
        DeviceError: a layer differs from mcuq's arithmetic; names it and its function.
    """
    program = lower_for(target, qgraph)
    names = [name for call in program.calls for name in (*call.reads(), call.op.output)]
    keep = list(dict.fromkeys(names))
    values = run_integer(qgraph, [x[None] for x in sample], keep)
    for call in program.calls:
        if program.options.is_external(call.function):
            _check(target, qgraph, call, values)


def _check(
    target: ProfileTarget, qgraph: QuantizedGraph, call: Call, values: dict[str, Values]
) -> None:
    alone = _alone(qgraph, call.op)
    found = _run(target, alone, [values[name] for name in alone.inputs])
    if found != values[call.op.output].tobytes():
        raise DeviceError(
            f"{call.function} of the kernel library gives other bytes than TFLite Micro for "
            f"{call.op.kind} '{call.op.name}'",
            "take another release of the library, or --kernels mcuq",
        )


def _alone(qgraph: QuantizedGraph, op: Op) -> QuantizedGraph:
    """The model of one operator."""
    fed = tuple(dict.fromkeys(n for n in op.inputs if not qgraph.tensors[n].is_constant))
    tensors = {name: qgraph.tensors[name] for name in (*op.inputs, op.output)}
    return QuantizedGraph(qgraph.name, tensors, (op,), fed, (op.output,))


def _run(target: ProfileTarget, qgraph: QuantizedGraph, inputs: Sequence[Values]) -> bytes:
    memory = plan_program(lower_for(target, qgraph))
    with temporary_folder() as scratch:
        folder = scratch / "model"
        write_model(target, memory, folder)
        image = build_firmware(target.board, folder, scratch / "out", optimize=target.optimize)
        with open_session(target.board, image.elf, target.port) as session:
            session.expect(most_instructions(memory.program.macs))
            (output,) = session.run([np.ascontiguousarray(x).tobytes() for x in inputs])
    return output
