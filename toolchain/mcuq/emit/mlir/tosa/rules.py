"""The table of lowering rules, and how they meet quantized types.

A rule takes the block, the operator's attributes, its inputs and its output's type, emits at least
one operation and returns the last one's result.

Operators that TOSA defines over quantized types are written so; their requantization is what the
types imply. The others are written over reals, between `quant.dcast` and `quant.qcast`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mcuq.emit.mlir.syntax import TensorType, Value
from mcuq.emit.mlir.tosa import choice, elementwise, functions, movement, places, resize, windows
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.tosa.dense_layer import fully_connected
from mcuq.emit.mlir.tosa.elementwise import Rule
from mcuq.emit.mlir.tosa.matmul import batch_matmul
from mcuq.emit.mlir.tosa.quantization import is_quantized
from mcuq.graph import Op
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.clip import CLIP
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.functions import ELU, RSQRT
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER
from mcuq.ops.l2_normalization import L2_NORMALIZATION
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.matmul import BATCH_MATMUL
from mcuq.ops.mean import MEAN, SUM
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, TRANSPOSE
from mcuq.ops.operator import A, AnyOperator, NoForm, Operator, P, W
from mcuq.ops.padding import MIRROR_PAD, PADV2
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.real_functions import CEIL, COS, LOG, ROUND, SIN, SQRT
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.smooth import ERF, GELU, HARD_SIGMOID, MISH, SIGN, SILU, SOFTPLUS
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.table import Table
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV


def _rule(
    operator: Operator[A, P, W], rule: Callable[[Block, A, Sequence[Value], TensorType], Value]
) -> tuple[AnyOperator, Rule]:
    return operator, rule


def _quantize(block: Block, attrs: NoAttrs, inputs: Sequence[Value], output: TensorType) -> Value:
    """`quant.qcast` takes reals: integers of another type are made such first."""
    source = inputs[0]
    if is_quantized(source.type):
        source = block.emit("quant.dcast", [source], TensorType(source.type.shape, "f32"))
    return block.emit("quant.qcast", [source], output)


_NO_ANGLES = NoForm("LLVM 19's TOSA has neither sine nor cosine: leave it out of the model")
_NO_STATE = NoForm("TOSA has no operator that keeps a state: build the model from float32")
RULES: Table[Rule] = Table(
    "TOSA form",
    dict(
        [
            *((o, elementwise.by_formula(o.formula)) for o in OPERATORS if o.formula),
            _rule(CONV_2D, windows.conv),
            _rule(DEPTHWISE_CONV_2D, windows.depthwise),
            _rule(TRANSPOSE_CONV, windows.transpose_conv),
            _rule(FULLY_CONNECTED, fully_connected),
            _rule(BATCH_MATMUL, batch_matmul),
            _rule(AVERAGE_POOL_2D, windows.average_pool),
            _rule(MAX_POOL_2D, windows.max_pool),
            _rule(MEAN, elementwise.mean),
            _rule(SUM, elementwise.reduction("reduce_sum")),
            _rule(REDUCE_MIN, elementwise.reduction("reduce_min")),
            _rule(PAD, movement.pad),
            _rule(PADV2, movement.pad_with),
            _rule(MIRROR_PAD, movement.mirror_pad),
            _rule(CONCATENATION, movement.concatenation),
            _rule(GATHER, places.gather),
            _rule(GATHER_ND, places.gather_nd),
            _rule(BROADCAST_TO, movement.broadcast_to),
            _rule(DYNAMIC_UPDATE_SLICE, places.update),
            _rule(RESHAPE, movement.reshape),
            _rule(SQUEEZE, movement.reshape),
            _rule(TRANSPOSE, movement.transpose),
            _rule(STRIDED_SLICE, movement.strided_slice),
            _rule(RESIZE_NEAREST_NEIGHBOR, resize.resize),
            _rule(RESIZE_BILINEAR, resize.resize_bilinear),
            _rule(SOFTMAX, elementwise.softmax),
            _rule(LOG_SOFTMAX, elementwise.log_softmax),
            _rule(L2_NORMALIZATION, elementwise.l2_normalization),
            _rule(LOGISTIC, elementwise.unary("tosa.sigmoid")),
            _rule(TANH, elementwise.unary("tosa.tanh")),
            _rule(RELU, elementwise.clamp(Activation.RELU)),
            _rule(RELU6, elementwise.clamp(Activation.RELU6)),
            _rule(LEAKY_RELU, elementwise.leaky_relu),
            _rule(HARD_SWISH, elementwise.hard_swish),
            _rule(ELU, elementwise.elu),
            *choice.RULES.items(),
            _rule(RSQRT, elementwise.unary("tosa.rsqrt")),
            _rule(SQRT, functions.square_root),
            _rule(LOG, elementwise.unary("tosa.log")),
            (SIN, _NO_ANGLES),
            (COS, _NO_ANGLES),
            _rule(CEIL, elementwise.unary("tosa.ceil")),
            _rule(ROUND, functions.rounded),
            _rule(SIGN, functions.sign),
            _rule(CLIP, functions.clip),
            _rule(GELU, functions.gelu),
            _rule(ERF, elementwise.unary("tosa.erf")),
            _rule(SOFTPLUS, functions.softplus),
            _rule(MISH, functions.mish),
            _rule(SILU, functions.silu),
            _rule(HARD_SIGMOID, functions.hard_sigmoid),
            *((o, _NO_STATE) for o in OPERATORS if o.kept),
            _rule(QUANTIZE, _quantize),
            _rule(DEQUANTIZE, elementwise.unary("quant.dcast")),
        ]
    ),
)


def lower(block: Block, op: Op, inputs: Sequence[Value], output: TensorType) -> Value:
    """Emit `op`; its result is the last operation's."""
    rule = RULES[op.kind]
    if not is_quantized(output) or _works_on_integers(op, inputs, output):
        return rule(block, op.attrs, inputs, output)
    result = rule(block, op.attrs, block.reals(inputs), TensorType(output.shape, "f32"))
    return block.emit("quant.qcast", [result], output)


def _works_on_integers(op: Op, inputs: Sequence[Value], output: TensorType) -> bool:
    """Whether TOSA has the operator over these quantized types.

    The filter of a depthwise or grouped convolution would have to be reshaped or sliced, which
    TOSA's types cannot say of a filter with a scale a channel. Its elementwise operators know no
    quantized types.
    """
    source = inputs[0].type
    if op.kind is CONV_2D:
        return inputs[1].type.shape[3] == source.shape[3]
    if op.kind.formula is not None:
        return False
    if op.kind.scale.same or op.kind.scale.joined:
        return all(value.type.element == output.element for value in inputs)
    return op.kind in (TRANSPOSE_CONV, FULLY_CONNECTED, QUANTIZE)
