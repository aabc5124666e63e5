"""From a float graph and its ranges to integers, by a configuration."""

from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.dynamic import is_dynamic, quantize_dynamic
from mcuq.quantize.edges import with_float_edges
from mcuq.quantize.op_params import op_params
from mcuq.quantize.params import (
    AddParams,
    BilinearParams,
    ConcatParams,
    ConvParams,
    CopyParams,
    DepthwiseConvParams,
    FullyConnectedParams,
    LeakyReluParams,
    LookupParams,
    MeanParams,
    MulParams,
    OpParams,
    PadParams,
    PoolParams,
    ResizeParams,
    SoftmaxParams,
    StridedSliceParams,
    TransposeParams,
    WideSigmoidParams,
    WideSoftmaxParams,
    WindowParams,
)
from mcuq.quantize.qgraph import QuantizedGraph, QuantizedTensor
from mcuq.quantize.quantize import quantize
from mcuq.quantize.sharing import group_roots, share_activations
from mcuq.quantize.weights import Bank, QuantizedWeight

__all__ = [
    "AddParams",
    "Bank",
    "BilinearParams",
    "ConcatParams",
    "Config",
    "ConvParams",
    "CopyParams",
    "DepthwiseConvParams",
    "FullyConnectedParams",
    "LeakyReluParams",
    "LookupParams",
    "MeanParams",
    "MulParams",
    "OpParams",
    "PadParams",
    "PoolParams",
    "QuantizedGraph",
    "QuantizedTensor",
    "QuantizedWeight",
    "RangeSource",
    "ResizeParams",
    "SoftmaxParams",
    "StridedSliceParams",
    "TransposeParams",
    "WeightChoice",
    "WideSigmoidParams",
    "WideSoftmaxParams",
    "WindowParams",
    "group_roots",
    "is_dynamic",
    "op_params",
    "quantize",
    "quantize_dynamic",
    "share_activations",
    "with_float_edges",
]
