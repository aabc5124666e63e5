"""Field numbers of the TFLite schema's tables (`schema.fbs`), as far as they are read.

Those of operators' options stand with the operators, in `mcuq.tflite.operators`.
"""

from __future__ import annotations

from enum import IntEnum


class ModelField(IntEnum):
    VERSION = 0
    OPERATOR_CODES = 1
    SUBGRAPHS = 2
    BUFFERS = 4
    SIGNATURES = 7


class SignatureField(IntEnum):
    INPUTS = 0
    OUTPUTS = 1
    SUBGRAPH = 4


class TensorMapField(IntEnum):
    NAME = 0
    TENSOR = 1


class SubGraphField(IntEnum):
    TENSORS = 0
    INPUTS = 1
    OUTPUTS = 2
    OPERATORS = 3
    NAME = 4


class TensorField(IntEnum):
    SHAPE = 0
    TYPE = 1
    BUFFER = 2
    NAME = 3
    QUANTIZATION = 4
    IS_VARIABLE = 5
    SPARSITY = 6
    SHAPE_SIGNATURE = 7
    EXTERNAL_BUFFER = 10


class QuantizationField(IntEnum):
    SCALE = 2
    ZERO_POINT = 3
    DETAILS_TYPE = 4
    DIMENSION = 6


class OperatorCodeField(IntEnum):
    DEPRECATED_BUILTIN_CODE = 0
    CUSTOM_CODE = 1
    BUILTIN_CODE = 3


class OperatorField(IntEnum):
    OPCODE_INDEX = 0
    INPUTS = 1
    OUTPUTS = 2
    OPTIONS_TYPE = 3
    OPTIONS = 4


class BufferField(IntEnum):
    DATA = 0
    OFFSET = 1
    SIZE = 2
