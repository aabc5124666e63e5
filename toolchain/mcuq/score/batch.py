"""The same model over N samples at once, where its operators treat dimension 0 as the batch."""

from __future__ import annotations

import dataclasses

from mcuq.graph import Op
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GatherAttrs
from mcuq.ops.mean import MeanAttrs
from mcuq.ops.movement import ConcatAttrs, ReshapeAttrs, TransposeAttrs
from mcuq.ops.position import PositionAttrs
from mcuq.ops.repetition import BroadcastAttrs
from mcuq.ops.slicing import StridedSliceAttrs
from mcuq.ops.update import UpdateAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantized.qgraph import QuantizedGraph


def can_batch(qgraph: QuantizedGraph) -> bool:
    """Whether `with_batch` computes N independent samples."""
    return not qgraph.states and mixes_samples(qgraph) is None


def mixes_samples(qgraph: QuantizedGraph) -> str | None:
    """The first activation whose dimension 0 is not, or does not stay, the batch; None without."""
    if (early := next((n for n in qgraph.inputs if not _has_batch(qgraph, n)), None)) is not None:
        return early
    return next(
        (
            op.output
            for op in qgraph.ops
            if not (_has_batch(qgraph, op.output) and _keeps_batch(qgraph, op))
        ),
        None,
    )


def _has_batch(qgraph: QuantizedGraph, name: str) -> bool:
    shape = qgraph.tensors[name].shape
    return len(shape) > 1 and shape[0] == 1


def _keeps_batch(qgraph: QuantizedGraph, op: Op) -> bool:
    attrs = op.attrs
    if isinstance(attrs, ConcatAttrs):
        return attrs.axis != 0
    if isinstance(attrs, GatherAttrs):
        source, indices = (qgraph.tensors[name].is_constant for name in op.inputs)
        return attrs.axis == 0 if source else indices and attrs.axis != 0
    if isinstance(attrs, PositionAttrs):
        return attrs.axis != 0
    if isinstance(attrs, BroadcastAttrs):
        return len(attrs.shape) == len(qgraph.tensors[op.inputs[0]].shape)
    if op.kind is GATHER_ND:
        return qgraph.tensors[op.inputs[0]].is_constant
    if isinstance(attrs, UpdateAttrs):
        return attrs.start is not None and not any(
            qgraph.tensors[name].is_constant for name in op.inputs
        )
    if isinstance(attrs, MeanAttrs):
        return 0 not in attrs.axes
    if isinstance(attrs, TransposeAttrs):
        return attrs.perm[0] == 0
    if isinstance(attrs, StridedSliceAttrs):
        return 0 not in attrs.shrink and (attrs.begin[0], attrs.strides[0]) == (0, 1)
    if op.kind == FULLY_CONNECTED:
        # TFLite flattens to rows of I: more than one row a sample would mix with the batch.
        weight, data = qgraph.tensors[op.inputs[1]], qgraph.tensors[op.inputs[0]]
        return data.size == weight.shape[1]
    return True


def with_batch(qgraph: QuantizedGraph, samples: int) -> QuantizedGraph:
    """`qgraph` with dimension 0 of every activation set to `samples`."""
    tensors = {name: _resized(tensor, samples) for name, tensor in qgraph.tensors.items()}
    ops = tuple(
        dataclasses.replace(op, attrs=_resized_attrs(op.attrs, samples)) for op in qgraph.ops
    )
    return dataclasses.replace(qgraph, tensors=tensors, ops=ops)


def _resized(tensor: QuantizedTensor, samples: int) -> QuantizedTensor:
    if tensor.is_constant:
        return tensor
    return dataclasses.replace(tensor, shape=(samples, *tensor.shape[1:]))


def _resized_attrs(attrs: Attrs, samples: int) -> Attrs:
    if isinstance(attrs, ReshapeAttrs):
        return ReshapeAttrs((samples, *attrs.shape[1:]))
    if isinstance(attrs, BroadcastAttrs):
        return BroadcastAttrs((samples, *attrs.shape[1:]))
    if isinstance(attrs, StridedSliceAttrs):
        return dataclasses.replace(attrs, end=(samples, *attrs.end[1:]))
    return attrs
