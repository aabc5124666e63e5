"""Valid TFLite files with one or two fields changed: what a careless tool or an enemy writes."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

Mutation = Callable[[Any, random.Random], None]


def mutant(content: bytes, rng: random.Random) -> bytes:
    """The file with one field changed, sometimes two."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for _ in range(rng.choice((1, 1, 1, 2))):
        rng.choice(_MUTATIONS)(model, rng)
    builder = flatbuffers.Builder(len(content) + 4096)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _tensor(model: Any, rng: random.Random) -> Any:
    return rng.choice(model.subgraphs[0].tensors)


def _quantized(model: Any, rng: random.Random) -> Any:
    found = [
        tensor.quantization
        for tensor in model.subgraphs[0].tensors
        if tensor.quantization is not None and tensor.quantization.scale is not None
    ]
    return rng.choice(found or [schema.QuantizationParametersT()])


def _operator(model: Any, rng: random.Random) -> Any:
    return rng.choice(model.subgraphs[0].operators)


def _scale(model: Any, rng: random.Random) -> None:
    quantization = _quantized(model, rng)
    if quantization.scale is None:
        return
    scale = np.array(quantization.scale, np.float32)
    factors = (0.0, 0.5, 1.0001, 1.1, 3.0, 1e-3, 1e3, 1e6, 1e-6, 1e12, 1e-12, 1e30, 1e-38, -1.0)
    factor = rng.choice((*factors, np.nan, np.inf))
    with np.errstate(all="ignore"):
        if rng.random() < 0.5:
            scale *= np.float32(factor)
        else:
            scale[rng.randrange(scale.size)] *= np.float32(factor)
    quantization.scale = scale


def _zero_point(model: Any, rng: random.Random) -> None:
    quantization = _quantized(model, rng)
    if quantization.zeroPoint is None or not len(quantization.zeroPoint):
        return
    zero_point = np.array(quantization.zeroPoint, np.int64)
    zero_point[rng.randrange(zero_point.size)] += rng.choice((1, -1, 5, 127, -128, 200, 65535))
    quantization.zeroPoint = zero_point


def _no_zero_point(model: Any, rng: random.Random) -> None:
    _quantized(model, rng).zeroPoint = rng.choice((None, []))


def _no_quantization(model: Any, rng: random.Random) -> None:
    _tensor(model, rng).quantization = None


def _quantized_dimension(model: Any, rng: random.Random) -> None:
    _quantized(model, rng).quantizedDimension = rng.choice((-1, 0, 1, 2, 3, 4))


def _fewer_scales(model: Any, rng: random.Random) -> None:
    quantization = _quantized(model, rng)
    if quantization.scale is not None:
        quantization.scale = np.array(quantization.scale, np.float32)[:1]
        quantization.zeroPoint = np.zeros(1, np.int64)


def _type(model: Any, rng: random.Random) -> None:
    names = ("INT8", "UINT8", "INT16", "INT32", "INT64", "FLOAT32", "INT4", "BOOL", "FLOAT16")
    _tensor(model, rng).type = getattr(schema.TensorType, rng.choice(names))


def _shape(model: Any, rng: random.Random) -> None:
    tensor = _tensor(model, rng)
    shape = [int(n) for n in (tensor.shape if tensor.shape is not None else [])]
    action = rng.randrange(4)
    if action == 0 and shape:
        shape[rng.randrange(len(shape))] += rng.choice((-1, 1, 2))
    elif action == 1:
        rng.shuffle(shape)
    elif action == 2:
        shape.insert(rng.randrange(len(shape) + 1), 1)
    elif shape:
        shape.pop()
    tensor.shape = shape


def _shape_signature(model: Any, rng: random.Random) -> None:
    tensor = _tensor(model, rng)
    shape = [int(n) for n in (tensor.shape if tensor.shape is not None else [])]
    tensor.shapeSignature = [rng.choice((-1, n, n + 1)) for n in shape]


def _variable(model: Any, rng: random.Random) -> None:
    _tensor(model, rng).isVariable = True


def _buffer(model: Any, rng: random.Random) -> None:
    _tensor(model, rng).buffer = rng.randrange(len(model.buffers))


def _data(model: Any, rng: random.Random) -> None:
    buffer = rng.choice(model.buffers)
    if buffer.data is not None and len(buffer.data):
        data = np.array(buffer.data, np.uint8)
        data[rng.randrange(data.size)] = rng.randrange(256)
        buffer.data = data


def _codes(model: Any, rng: random.Random) -> None:
    code = rng.choice(model.operatorCodes)
    other = rng.choice((0, 1, 2, 3, 4, 9, 14, 17, 18, 19, 21, 22, 25, 28, 34, 40, 41, 43, 54, 98))
    field = rng.choice(("builtinCode", "deprecatedBuiltinCode"))
    setattr(code, field, other)


def _options_type(model: Any, rng: random.Random) -> None:
    operator = _operator(model, rng)
    operator.builtinOptionsType = rng.choice((0, 0, 1, 2, 5, 8, 9, 10, 11, 14, 21))


def _no_options(model: Any, rng: random.Random) -> None:
    operator = _operator(model, rng)
    operator.builtinOptions = None
    operator.builtinOptionsType = 0


def _option(model: Any, rng: random.Random) -> None:
    options = _operator(model, rng).builtinOptions
    names = [name for name, value in vars(options or object).items() if isinstance(value, int)]
    if options is None or not names:
        return
    name = rng.choice(names)
    value = getattr(options, name)
    changed = not value if isinstance(value, bool) else max(value + rng.choice((-1, 1, 2, 3)), 0)
    setattr(options, name, changed)


def _operands(model: Any, rng: random.Random) -> None:
    operator = _operator(model, rng)
    inputs = [int(index) for index in operator.inputs]
    action = rng.randrange(4)
    if not inputs:
        return
    if action == 0:
        inputs[rng.randrange(len(inputs))] = rng.randrange(len(model.subgraphs[0].tensors))
    elif action == 1:
        inputs[rng.randrange(len(inputs))] = -1
    elif action == 2:
        rng.shuffle(inputs)
    else:
        inputs.pop()
    operator.inputs = inputs


def _edges(model: Any, rng: random.Random) -> None:
    subgraph = model.subgraphs[0]
    name = rng.choice(("inputs", "outputs"))
    setattr(subgraph, name, [rng.randrange(len(subgraph.tensors))])


_MUTATIONS: tuple[Mutation, ...] = (
    _scale,
    _scale,
    _scale,
    _zero_point,
    _zero_point,
    _no_zero_point,
    _no_quantization,
    _quantized_dimension,
    _fewer_scales,
    _type,
    _shape,
    _shape_signature,
    _variable,
    _buffer,
    _data,
    _codes,
    _options_type,
    _no_options,
    _option,
    _option,
    _operands,
    _edges,
)
