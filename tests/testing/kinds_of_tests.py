"""Which operators each kind of test draws, and why it leaves out the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcuq.emit.mlir.tosa.rules import RULES
from mcuq.ops.cast import CAST
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.conversion import DEQUANTIZE
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER
from mcuq.ops.logic import REDUCE_ALL
from mcuq.ops.matmul import BATCH_MATMUL
from mcuq.ops.mean import MEAN, SUM
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, TRANSPOSE
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.padding import MIRROR_PAD, PADV2
from mcuq.ops.position import ARG_MAX, ARG_MIN
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE
from mcuq.ops.weighted import TRANSPOSE_CONV

_VIEW = NoForm("it costs nothing: its output is its input's bytes")
_APART = NoForm("its kernel reads inputs after it wrote outputs, and promises no overlap")
_WIDER = NoForm("its output is wider than its input, and may not overlap it")
_KEEPS = NoForm("runs depend on those before: interpret/test_recurrent_operators.py draws it")
_ALONE: dict[AnyOperator, NoForm] = {
    **{operator: _KEEPS for operator in OPERATORS if operator.kept},
    RESHAPE: _VIEW,
    SQUEEZE: _VIEW,
    BATCH_MATMUL: _APART,
    MEAN: _APART,
    SUM: _APART,
    REDUCE_MIN: _APART,
    PAD: _APART,
    CONCATENATION: _APART,
    TRANSPOSE: _APART,
    STRIDED_SLICE: _APART,
    PADV2: _APART,
    MIRROR_PAD: _APART,
    GATHER: _APART,
    GATHER_ND: _APART,
    BROADCAST_TO: _APART,
    DYNAMIC_UPDATE_SLICE: _APART,
    RESIZE_NEAREST_NEIGHBOR: _APART,
    RESIZE_BILINEAR: _APART,
    TRANSPOSE_CONV: _APART,
    DEQUANTIZE: _WIDER,
    ARG_MAX: _WIDER,
    ARG_MIN: _WIDER,
    CAST: _APART,
    REDUCE_ALL: _APART,
}


@dataclass(frozen=True)
class KindOfTest:
    """A test that is there once for every operator.

    Attributes:
        test: file, below tests/, and function.
        left_out: why an operator is not drawn; None if it is.
    """

    test: str
    left_out: Callable[[AnyOperator], NoForm | None]

    @property
    def operators(self) -> tuple[AnyOperator, ...]:
        """What the test draws."""
        return tuple(o for o in OPERATORS if self.left_out(o) is None)


def _keeping(operator: AnyOperator) -> NoForm | None:
    return _KEEPS if operator.kept else None


def _absent(form: object) -> NoForm | None:
    return form if isinstance(form, NoForm) else None


FLOAT = KindOfTest(
    "interpret/test_float_operators.py::test_operator_equals_litert",
    lambda operator: _absent(operator.float_form),
)
INTEGER = KindOfTest(
    "interpret/test_integer_operators.py::test_operator_equals_tflite_micro", _keeping
)
ORACLE = KindOfTest("interpret/test_operator_fuzz.py::test_operators_equal_tflite_micro", _keeping)
KERNEL = KindOfTest("kernels/test_kernels.py::test_kernels_equal_the_evaluation", _keeping)
SHADOW = KindOfTest("kernels/test_shadow.py::test_random_operators_over_their_inputs", _ALONE.get)
MLIR = KindOfTest(
    "emit/mlir/test_write_mlir.py::test_every_quantized_operator_is_said", RULES.absent
)
GRADIENT = KindOfTest(
    "ops/test_gradients.py::test_gradients_of_operators",
    lambda operator: _absent(operator.gradient),
)
KINDS = {
    "float": FLOAT,
    "integer": INTEGER,
    "oracle": ORACLE,
    "kernel": KERNEL,
    "shadow": SHADOW,
    "MLIR": MLIR,
    "gradient": GRADIENT,
}
