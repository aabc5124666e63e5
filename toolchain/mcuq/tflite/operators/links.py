"""Several operators of a flatbuffer that stand for one of the graph.

TensorFlow Lite lacks some functions, TensorFlow Lite Micro the integers of more. What they have
says the same in a chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from mcuq.content import ByContent
from mcuq.numeric import INT8_MIN
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import A, AnyOperator, Operator, QuantizedOp
from mcuq.ops.pointwise import LookupParams


@dataclass(frozen=True, eq=False)
class Held(ByContent):
    """A constant that only the flatbuffer has.

    Attributes:
        data: in the type that is stored.
        grid: scale and zero point where its integers stand for real numbers.
        name: what the tensor's name ends with; empty for its place in the chain.
    """

    data: npt.NDArray[Any]
    grid: AffineParams | None = None
    name: str = ""


@dataclass(frozen=True)
class ChainLink:
    """One operator of a chain.

    Attributes:
        kind: BuiltinOperator name.
        inputs: operands of the graph's operator by number, from `len(operands)` on results of
            earlier links; or constants.
        dtype: of the result; empty for the type, scale and zero point of the graph's result, which
            the last link gives.
        options: the schema's `*OptionsT` object, None where it has none.
        version: None takes the right one for the types.
    """

    kind: str
    inputs: tuple[int | Held, ...]
    dtype: str = ""
    options: Any = None
    version: int | None = None


Links = tuple[ChainLink, ...]
TABLE_OFFSET = -INT8_MIN
"""What is added to an int8 value to find its entry."""
_TABLE_VERSION = 2
"""Of GATHER from int8."""


def table_links(
    operator: Operator[A, LookupParams, Any],
) -> Callable[[QuantizedOp[A]], Links]:
    """int8: the operator's table, of which GATHER takes the entry of each value.

    Source: the types of TensorFlow Lite Micro's CAST, ADD and GATHER.
    """

    def links(op: QuantizedOp[A]) -> Links:
        entries = operator.int8.params(op).table
        table = Held(entries, op.output.affine, table_name(operator, op.attrs))
        return (
            ChainLink("CAST", (0,), "int32", _cast()),
            ChainLink(
                "ADD", (1, Held(np.array(TABLE_OFFSET, np.int32))), "int32", schema.AddOptionsT()
            ),
            ChainLink("GATHER", (table, 2), "", _gather(), _TABLE_VERSION),
        )

    return links


def table_name(kind: AnyOperator, attrs: Attrs) -> str:
    """What a table is of, for its tensor's name."""
    return " ".join([kind.name, *(f"{key}={value}" for key, value in vars(attrs).items())])


def _cast() -> Any:
    options = schema.CastOptionsT()
    options.inDataType, options.outDataType = schema.TensorType.INT8, schema.TensorType.INT32
    return options


def _gather() -> Any:
    options = schema.GatherOptionsT()
    options.axis = 0
    return options
