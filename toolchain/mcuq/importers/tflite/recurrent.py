"""SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM, which keep a state of their own.

Their states become states of the graph, as those of resource variables do: what interpreters keep
in a variable tensor from run to run. A float model has plain operators in their place; where a
file's integers are kept they are themselves (`own_states`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.refusals import Refusals
from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.lstm import spell_lstm
from mcuq.importers.tflite.records import FileModel, FileOp
from mcuq.importers.tflite.spelling import Spelling
from mcuq.ops.attrs import Padding
from mcuq.tflite.operators.common import PADDINGS
from mcuq.tflite.operators.recurrent import Svdf
from mcuq.tflite.operators.weighted import Conv2D


def spelled_out(model: FileModel, refusals: Refusals, anew: bool = False) -> FileModel:
    """The model with plain operators in place of these.

    Args:
        refusals: collects those of a form that is not read; they stay as they are.
        anew: their states begin with zeros at every run, as those of Keras's layers do.
    """
    if not any(op.kind in _SPELLINGS for op in model.ops):
        return model
    spelling = Spelling(model, anew)
    for op in model.ops:
        begun = len(spelling.ops), len(spelling.states)
        if op.kind in _SPELLINGS and op.index not in refusals.left:
            spelling.begin(op)
            refusals.leave(op.index, _SPELLINGS[op.kind], spelling, op)
        if op.kind not in _SPELLINGS or op.index in refusals.left:
            del spelling.ops[begun[0] :], spelling.states[begun[1] :]
            spelling.ops.append(op)
    return replace(
        model,
        tensors=tuple(spelling.tensors),
        ops=tuple(spelling.ops),
        states=tuple(spelling.states),
    )


_INPUT, _FEATURE, _TIME, _BIAS, _STATE = range(5)


def _spell_svdf(spelling: Spelling, op: FileOp) -> None:
    """A rank-decomposed layer: features of an input, kept over time, and a filter along time.

    feature = input × weights_feature; output[unit] = activation(bias[unit] + the sum over its rank
    filters and over time of weights_time × feature). The state holds the features of the last
    steps: a window over time, whose last row is new, and a grouped convolution of it.
    """
    rank = 0 if op.options is None else op.options.int32(Svdf.RANK)
    feature, time = spelling.reals(_FEATURE), spelling.reals(_TIME)
    filters, memory = time.shape
    source = spelling.required(_INPUT)
    if rank < 1 or filters % rank or memory < 1 or feature.shape != (filters, source.shape[-1]):
        raise malformed(
            f"{op.where} of rank {rank} has weights of {feature.shape} and {time.shape}"
        )
    if len(source.shape) != 2 or source.shape[0] != 1:
        raise InputError(
            f"{op.where} has an input of {source.shape}", "export it with a batch of 1"
        )
    units = filters // rank
    weights = spelling.constant(feature, "weights_feature")
    features = spelling.dense(spelling.real_operand(_INPUT), weights, -1, 1, "features")
    window = spelling.reshaped(features, (1, 1, 1, filters), "newest")
    if memory > 1:
        kept = spelling.state(_STATE, (1, memory - 1, 1, filters), "state")
        window = spelling.joined([kept, window], 1, (1, memory, 1, filters), "window")
        begin, size = (0, 1, 0, 0), (1, memory - 1, 1, filters)
        spelling.assign(kept, spelling.part(window, begin, size, "kept"))
    along = time.reshape(units, rank, 1, memory).transpose(0, 3, 2, 1)
    bias = np.zeros(units) if spelling.given(_BIAS) is None else spelling.reals(_BIAS, 1)
    operands = [
        window,
        spelling.constant(along, "weights_time"),
        spelling.constant(bias, "bias"),
    ]
    activation = 0 if op.options is None else op.options.uint8(Svdf.ACTIVATION)
    options = {
        Conv2D.PADDING: PADDINGS[Padding.VALID],
        Conv2D.STRIDE_H: 1,
        Conv2D.STRIDE_W: 1,
        Conv2D.ACTIVATION: activation,
    }
    summed = spelling.add("CONV_2D", operands, spelling.value((1, 1, 1, units), "summed"), options)
    spelling.finish("RESHAPE", [summed, spelling.integers((1, units))], {})


BECOMES = {
    "SVDF": "FULLY_CONNECTED, a window that is a state, CONV_2D",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "its cell in FULLY_CONNECTED, LOGISTIC, TANH, ADD and MUL, "
    "once a step, with states",
}
"""What stands in an operator's place."""
_SPELLINGS = {"SVDF": _spell_svdf, "UNIDIRECTIONAL_SEQUENCE_LSTM": spell_lstm}
