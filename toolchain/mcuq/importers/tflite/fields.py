"""Field numbers of the TFLite schema's tables (`schema.fbs`), as far as they are read.

Those of operators' options stand with the operators, in `mcuq.tflite.operators`.
"""

from __future__ import annotations

from enum import IntEnum


class Model(IntEnum):
    VERSION = 0
    OPERATOR_CODES = 1
    SUBGRAPHS = 2
    BUFFERS = 4
    SIGNATURES = 7


class Signature(IntEnum):
    INPUTS = 0
    OUTPUTS = 1
    SUBGRAPH = 4


class TensorMap(IntEnum):
    NAME = 0
    TENSOR = 1


class SubGraph(IntEnum):
    TENSORS = 0
    INPUTS = 1
    OUTPUTS = 2
    OPERATORS = 3
    NAME = 4


class Tensor(IntEnum):
    SHAPE = 0
    TYPE = 1
    BUFFER = 2
    NAME = 3
    QUANTIZATION = 4
    IS_VARIABLE = 5
    SPARSITY = 6
    SHAPE_SIGNATURE = 7
    EXTERNAL_BUFFER = 10


class Quantization(IntEnum):
    SCALE = 2
    ZERO_POINT = 3
    DETAILS_TYPE = 4
    DIMENSION = 6


class OperatorCode(IntEnum):
    DEPRECATED_BUILTIN_CODE = 0
    CUSTOM_CODE = 1
    BUILTIN_CODE = 3


class Operator(IntEnum):
    OPCODE_INDEX = 0
    INPUTS = 1
    OUTPUTS = 2
    OPTIONS_TYPE = 3
    OPTIONS = 4


class Buffer(IntEnum):
    DATA = 0
    OFFSET = 1
    SIZE = 2
