"""Field numbers of the TFLite schema's tables (`schema.fbs`), as far as they are read."""

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


class Conv2D(IntEnum):
    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    ACTIVATION = 3
    DILATION_W = 4
    DILATION_H = 5


class DepthwiseConv2D(IntEnum):
    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    DEPTH_MULTIPLIER = 3
    ACTIVATION = 4
    DILATION_W = 5
    DILATION_H = 6


class Pool2D(IntEnum):
    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    FILTER_WIDTH = 3
    FILTER_HEIGHT = 4
    ACTIVATION = 5


class FullyConnected(IntEnum):
    ACTIVATION = 0
    WEIGHTS_FORMAT = 1
    KEEP_NUM_DIMS = 2
    BIAS_TYPE = 4


class Binary(IntEnum):
    """AddOptions, SubOptions and MulOptions alike."""

    ACTIVATION = 0


class Concatenation(IntEnum):
    AXIS = 0
    ACTIVATION = 1


class StridedSlice(IntEnum):
    BEGIN_MASK = 0
    END_MASK = 1
    ELLIPSIS_MASK = 2
    NEW_AXIS_MASK = 3
    SHRINK_AXIS_MASK = 4
    OFFSET = 5


class Resize(IntEnum):
    ALIGN_CORNERS = 0
    HALF_PIXEL_CENTERS = 1


class ResizeBilinear(IntEnum):
    ALIGN_CORNERS = 2
    HALF_PIXEL_CENTERS = 3


class Reducer(IntEnum):
    KEEP_DIMS = 0


class Squeeze(IntEnum):
    DIMS = 0


class Reshape(IntEnum):
    NEW_SHAPE = 0


class Softmax(IntEnum):
    BETA = 0


class LeakyRelu(IntEnum):
    ALPHA = 0


class Gather(IntEnum):
    AXIS = 0
    BATCH_DIMS = 1


class Pack(IntEnum):
    COUNT = 0
    AXIS = 1


class Split(IntEnum):
    """SplitOptions and SplitVOptions alike."""

    COUNT = 0


class Unpack(IntEnum):
    COUNT = 0
    AXIS = 1


class Cast(IntEnum):
    OUT_TYPE = 1
