"""Files of one operator that moves values, each with NumPy's own statement of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import strategies as st
from movement_file import Movement, Moves, Values, drawn_axis, drawn_shape, one
from tflite_files import opts


def _split(draw: st.DrawFn) -> Movement:
    shape = list(drawn_shape(draw, most=5))
    axis, count = drawn_axis(draw, tuple(shape)), draw(st.integers(1, 3))
    shape[axis] *= count
    options = opts("Split", numSplits=count)
    return Movement(
        "SPLIT", tuple(shape), lambda x: np.split(x, count, axis), {0: axis}, {}, options
    )


def _split_v(draw: st.DrawFn) -> Movement:
    shape = list(drawn_shape(draw, most=5))
    axis = drawn_axis(draw, tuple(shape))
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    shape[axis] = sum(sizes)
    stated = [*sizes]
    if draw(st.booleans()):
        stated[draw(st.integers(0, len(sizes) - 1))] = -1
    edges = np.cumsum(sizes)[:-1]
    options = opts("SplitV", numSplits=len(sizes))
    moves: Moves = lambda x: np.split(x, edges, axis)  # noqa: E731
    return Movement("SPLIT_V", tuple(shape), moves, {1: stated, 2: axis}, {}, options)


def _unpack(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw, most=5)
    axis = drawn_axis(draw, shape)
    moves: Moves = lambda x: [  # noqa: E731
        np.take(x, i, axis) for i in range(shape[axis])
    ]
    options = opts("Unpack", num=shape[axis], axis=axis)
    return Movement("UNPACK", shape, moves, {}, {}, options)


def _pack(draw: st.DrawFn) -> Movement:
    """With constants in front of the input and behind."""
    shape = drawn_shape(draw)
    axis = draw(st.integers(1, len(shape)))
    before, behind = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    count = before + 1 + behind
    values = {n: rng.integers(-128, 128, shape) for n in range(count) if n != before}

    def moves(x: Values) -> list[Values]:
        parts = [values[n].astype(x.dtype) if n in values else x for n in range(count)]
        return [np.stack(parts, axis)]

    if draw(st.booleans()):
        axis -= len(shape) + 1
    return Movement("PACK", shape, moves, {}, values, opts("Pack", valuesCount=count, axis=axis))


def _concatenation(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    axis = drawn_axis(draw, shape)
    before = draw(st.integers(0, 4))
    count = before + 1 + draw(st.integers(0, 5))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = {n: rng.integers(-128, 128, shape) for n in range(count) if n != before}

    def moves(x: Values) -> list[Values]:
        parts = [values[n].astype(x.dtype) if n in values else x for n in range(count)]
        return [np.concatenate(parts, axis)]

    options = opts("Concatenation", axis=axis)
    return Movement("CONCATENATION", shape, moves, {}, values, options)


def _expand(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    axis = draw(st.integers(1, len(shape)))
    stated = axis - len(shape) - 1 if draw(st.booleans()) else axis
    return Movement("EXPAND_DIMS", shape, one(lambda x: np.expand_dims(x, axis)), {1: [stated]}, {})


def _gather(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    axis = drawn_axis(draw, shape)
    place = st.integers(0, shape[axis] - 1)
    form = draw(st.sampled_from([(), (1,), (3,), (5,), (2, 2)]))
    count = math.prod(form)
    start, step = draw(place), draw(st.sampled_from([1, -1, 2]))
    run = [start + step * i for i in range(count)]
    inside = all(0 <= i < shape[axis] for i in run)
    indices = np.reshape(
        run
        if inside and draw(st.booleans())
        else draw(st.lists(place, min_size=count, max_size=count)),
        form,
    )
    moves = one(lambda x: np.take(x, indices, axis))
    return Movement("GATHER", shape, moves, {1: indices}, {}, opts("Gather", axis=axis))


def _batched_gather(draw: st.DrawFn) -> Movement:
    """Indices of their own for each element of the dimensions that they share."""
    shape = drawn_shape(draw, least=3)
    shared = draw(st.integers(1, len(shape) - 1))
    axis = draw(st.integers(shared, len(shape) - 1))
    count = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    indices = rng.integers(0, shape[axis], (*shape[:shared], count))

    def moves(x: Values) -> list[Values]:
        result = np.empty((*shape[:axis], count, *shape[axis + 1 :]), x.dtype)
        for lead in np.ndindex(*shape[:shared]):
            result[lead] = np.take(x[lead], indices[lead], axis - shared)
        return [result]

    options = opts("Gather", axis=axis, batchDims=shared)
    return Movement("GATHER", shape, moves, {1: indices}, {}, options)


def _gather_nd(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    depth = draw(st.integers(1, len(shape)))
    form = draw(st.sampled_from([(1,), (3,), (2, 2)]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    table = np.stack([rng.integers(0, n, form) for n in shape[:depth]], axis=-1)
    moves = one(lambda x: x[tuple(np.moveaxis(table, -1, 0))])
    return Movement("GATHER_ND", shape, moves, {1: table}, {}, opts("GatherNd"))


def _embedding(draw: st.DrawFn) -> Movement:
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    shape = (1, *shape)
    ids = [0] * draw(st.integers(1, 3))
    moves = one(lambda x: x[np.array(ids)])
    return Movement("EMBEDDING_LOOKUP", shape, moves, {0: ids}, {})


def _depth_to_space(draw: st.DrawFn) -> Movement:
    n, h, w, c = 1, *draw(st.tuples(*(st.integers(1, 4),) * 3))
    size = draw(st.integers(1, 3))
    shape = (n, h, w, c * size**2)

    def move(x: Values) -> Values:
        blocks = x.reshape(n, h, w, size, size, c).transpose(0, 1, 3, 2, 4, 5)
        return blocks.reshape(n, h * size, w * size, c)

    return Movement(
        "DEPTH_TO_SPACE", shape, one(move), {}, {}, opts("DepthToSpace", blockSize=size)
    )


def _space_to_depth(draw: st.DrawFn) -> Movement:
    n, h, w, c = 1, *draw(st.tuples(*(st.integers(1, 4),) * 3))
    size = draw(st.integers(1, 3))

    def move(x: Values) -> Values:
        blocks = x.reshape(n, h, size, w, size, c).transpose(0, 1, 3, 2, 4, 5)
        return blocks.reshape(n, h, w, size**2 * c)

    shape = (n, h * size, w * size, c)
    return Movement(
        "SPACE_TO_DEPTH", shape, one(move), {}, {}, opts("SpaceToDepth", blockSize=size)
    )


def _space_to_batch(draw: st.DrawFn) -> Movement:
    """Of images, and of rows."""
    rows = draw(st.booleans())
    block = draw(st.tuples(*(st.integers(1, 3),) * (1 if rows else 2)))
    pads = [draw(st.sampled_from([(0, 0), (1, 0), (0, 1), (1, 1)])) for _ in block]
    parts = [draw(st.integers(3, 4)) for _ in block]
    sizes = (n * b - sum(pad) for n, b, pad in zip(parts, block, pads, strict=True))
    shape = (1, *sizes, draw(st.integers(1, 3)))
    axes = len(block)

    def move(x: Values) -> Values:
        padded = np.pad(x, [(0, 0), *pads, (0, 0)])
        split = [n for pair in zip(parts, block, strict=True) for n in pair]
        order = (*range(2, 2 * axes + 1, 2), 0, *range(1, 2 * axes, 2), 2 * axes + 1)
        return (
            padded.reshape(1, *split, shape[-1])
            .transpose(order)
            .reshape(math.prod(block), *parts, shape[-1])
        )

    # TensorFlow Lite Micro pads with the integer 0, or with what its memory held.
    options = opts("SpaceToBatchND")
    operands = {1: block, 2: pads}
    return Movement("SPACE_TO_BATCH_ND", shape, one(move), operands, {}, options, zero_point=0)


def _pad_with(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    pads = [(0, 0), *(draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in shape[1:])]
    value = np.int8(draw(st.integers(-128, 127)))
    moves = one(lambda x: np.pad(x, pads, constant_values=value))
    return Movement("PADV2", shape, moves, {1: pads}, {2: np.array(value)}, opts("PadV2"))


def _mirror_pad(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    edge = draw(st.booleans())
    most = [min(3, size - (not edge)) for size in shape]
    pads = [draw(st.tuples(st.integers(0, n), st.integers(0, n))) for n in most]
    pads[0] = (0, 0)
    mode = "symmetric" if edge else "reflect"
    moves = one(lambda x: np.pad(x, pads, mode=mode))  # type: ignore[call-overload]
    return Movement("MIRROR_PAD", shape, moves, {1: pads}, {}, opts("MirrorPad", mode=int(edge)))


def _reverse(draw: st.DrawFn) -> Movement:
    """Of neighbouring dimensions, as interpreters take them."""
    shape = drawn_shape(draw, most=5)
    first = draw(st.integers(1, len(shape) - 1))
    axes = tuple(range(first, draw(st.integers(first, len(shape) - 1)) + 1))
    moves = one(lambda x: np.flip(x, axes))
    return Movement("REVERSE_V2", shape, moves, {1: axes}, {}, opts("ReverseV2"))


def _broadcast_to(draw: st.DrawFn) -> Movement:
    shape = drawn_shape(draw)
    wide = (1, *(draw(st.integers(1, 3)) if n == 1 else n for n in shape[1:]))
    moves = one(lambda x: np.array(np.broadcast_to(x, wide)))
    return Movement("BROADCAST_TO", shape, moves, {1: wide}, {}, opts("BroadcastTo"))


def _update(draw: st.DrawFn) -> Movement:
    """At places that are inside, and at others, which are moved there."""
    shape = drawn_shape(draw)
    size = tuple(draw(st.integers(1, n)) for n in shape)
    start = [draw(st.integers(-1, n)) for n in shape]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    part = rng.integers(-128, 128, size)

    def move(x: Values) -> Values:
        inside = [min(max(s, 0), n - m) for s, n, m in zip(start, shape, size, strict=True)]
        result = x.copy()
        result[tuple(slice(s, s + m) for s, m in zip(inside, size, strict=True))] = part
        return result

    options = opts("DynamicUpdateSlice")
    return Movement("DYNAMIC_UPDATE_SLICE", shape, one(move), {2: start}, {1: part}, options)


_DRAWN: Sequence[tuple[str, Callable[[st.DrawFn], Movement], bool]] = (
    ("SPLIT", _split, True),
    ("SPLIT_V", _split_v, True),
    ("UNPACK", _unpack, True),
    ("PACK", _pack, True),
    ("CONCATENATION", _concatenation, True),
    ("EXPAND_DIMS", _expand, True),
    ("GATHER", _gather, False),
    ("GATHER with batch_dims", _batched_gather, False),
    ("GATHER_ND", _gather_nd, False),
    ("EMBEDDING_LOOKUP", _embedding, False),
    ("DEPTH_TO_SPACE", _depth_to_space, False),
    ("SPACE_TO_DEPTH", _space_to_depth, False),
    ("SPACE_TO_BATCH_ND", _space_to_batch, False),
    ("PADV2", _pad_with, True),
    ("MIRROR_PAD", _mirror_pad, False),
    ("REVERSE_V2", _reverse, True),
    ("BROADCAST_TO", _broadcast_to, True),
    ("DYNAMIC_UPDATE_SLICE", _update, True),
)
MOVEMENTS = {name: st.composite(draw)() for name, draw, _ in _DRAWN}
"""Name → files of one operator."""
WITH_INT16 = tuple(name for name, _, int16 in _DRAWN if int16)
"""Those that TensorFlow Lite Micro runs on 16-bit values, too."""


def pads_with_unset_memory(movement: Movement, dtype: str) -> bool:
    """TensorFlow Lite Micro takes the byte that SPACE_TO_BATCH_ND pads int8 with from memory of its
    own that nothing has set: 0 most often, but -128 was seen. Such a file is refused as it is."""
    is_padded = movement.kind == "SPACE_TO_BATCH_ND" and bool(np.any(movement.operands[2]))
    return dtype == "int8" and is_padded
