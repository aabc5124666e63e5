"""What a program takes: exact bytes of flash and RAM, an estimate of its instructions."""

from mcuq.cost.code import CodeModel, FunctionSize
from mcuq.cost.constants import constant_bytes, weight_bytes
from mcuq.cost.figures import Cost
from mcuq.cost.memory import MemoryPlan, plan_program
from mcuq.cost.table import CostTable, LayerCounts, program_cost

__all__ = [
    "CodeModel",
    "Cost",
    "CostTable",
    "FunctionSize",
    "LayerCounts",
    "MemoryPlan",
    "constant_bytes",
    "plan_program",
    "program_cost",
    "weight_bytes",
]
