"""From a float graph and its ranges to integers, by a configuration."""

from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.dynamic import is_dynamic, quantize_dynamic
from mcuq.quantize.io_conversion import with_float_io
from mcuq.quantize.quantize import quantize
from mcuq.quantize.scale_groups import group_roots, share_activations
from mcuq.quantize.weights import Bank, QuantizedWeight

__all__ = [
    "Bank",
    "Config",
    "QuantizedWeight",
    "RangeSource",
    "WeightChoice",
    "group_roots",
    "is_dynamic",
    "quantize",
    "quantize_dynamic",
    "share_activations",
    "with_float_io",
]
