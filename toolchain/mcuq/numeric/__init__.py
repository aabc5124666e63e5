"""The numeric contract: every integer formula once, for quantizer, evaluation and emitters."""

from mcuq.numeric.int4 import pack_int4, unpack_int4

__all__ = ["pack_int4", "unpack_int4"]
