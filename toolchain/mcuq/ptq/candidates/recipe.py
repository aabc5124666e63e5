"""The named ways to turn a filter into integers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mcuq.errors import UsageError
from mcuq.numeric import WIDTHS, width_name
from mcuq.quantize.config import WeightChoice
from mcuq.quantize.settings import CANDIDATES


class Clip(StrEnum):
    """How the scale is chosen."""

    FULL = "full"
    SQUARED = "squared"
    HESSIAN = "hessian"


class Rounding(StrEnum):
    """How the integers are chosen."""

    NEAREST = "nearest"
    GPTQ = "gptq"
    DESCENT = "descent"


class Prefix(StrEnum):
    """Whose activations a layer is fitted to."""

    FLOAT = "float"
    QUANTIZED = "quantized"


@dataclass(frozen=True)
class Recipe:
    """One candidate's making.

    Attributes:
        clip: nothing clipped, least squared weight error, or least output error.
        rounding: nearest, GPTQ, or GPTQ followed by coordinate descent and scale refits.
        prefix: inputs from the float model, or from the model with all earlier layers
            quantized by the same recipe.
        refit: first move the float weights to the least-squares fit of the float model's
            outputs on those inputs.
        correct_bias: move the bias so that the mean output is the float model's.
        damping: share of the mean second moment added to the diagonal.
    """

    clip: Clip = Clip.HESSIAN
    rounding: Rounding = Rounding.NEAREST
    prefix: Prefix = Prefix.FLOAT
    refit: bool = False
    correct_bias: bool = True
    damping: float = CANDIDATES.damping


RECIPES: Mapping[str, Recipe] = {
    "full": Recipe(clip=Clip.FULL),
    "mse": Recipe(clip=Clip.SQUARED, correct_bias=False),
    "mse-bias": Recipe(clip=Clip.SQUARED),
    "hessian": Recipe(),
    "gptq-raw": Recipe(rounding=Rounding.GPTQ, correct_bias=False),
    "gptq": Recipe(rounding=Rounding.GPTQ),
    "gptq-sequential": Recipe(rounding=Rounding.GPTQ, prefix=Prefix.QUANTIZED),
    "descent": Recipe(rounding=Rounding.DESCENT),
    "descent-sequential": Recipe(rounding=Rounding.DESCENT, prefix=Prefix.QUANTIZED),
    "refit-gptq": Recipe(rounding=Rounding.GPTQ, prefix=Prefix.QUANTIZED, refit=True),
    "refit": Recipe(rounding=Rounding.DESCENT, prefix=Prefix.QUANTIZED, refit=True),
}
"""Recipe by method name, as in `WeightChoice.method`."""

DEFAULT_METHODS: tuple[WeightChoice, ...] = (
    WeightChoice(8, "hessian"),
    WeightChoice(8, "refit"),
    WeightChoice(4, "mse-bias"),
    WeightChoice(4, "hessian"),
    WeightChoice(4, "gptq-raw"),
    WeightChoice(4, "gptq"),
    WeightChoice(4, "gptq-sequential"),
    WeightChoice(4, "descent"),
    WeightChoice(4, "descent-sequential"),
    WeightChoice(4, "refit-gptq"),
    WeightChoice(4, "refit"),
)
"""What a search is given beside the plain methods."""

_SUB_BYTE = (
    "mse-bias",
    "hessian",
    "gptq",
    "gptq-sequential",
    "descent",
    "descent-sequential",
    "refit",
)


def methods_for(widths: Collection[int]) -> tuple[WeightChoice, ...]:
    """What a search over `widths` is given beside the plain methods."""
    usual = tuple(choice for choice in DEFAULT_METHODS if choice.bits in widths)
    sub_byte = [bits for bits in widths if bits not in (4, 8)]
    return (*usual, *(WeightChoice(bits, name) for bits in sub_byte for name in _SUB_BYTE))


def recipe_for(choice: WeightChoice) -> Recipe:
    """The recipe that a choice names.

    Raises:
        UsageError: there is none of that name.
    """
    if choice.method not in RECIPES or choice.bits not in WIDTHS:
        raise UsageError(
            f"no {width_name(choice.bits)} method '{choice.method}'",
            f"widths: {', '.join(map(width_name, WIDTHS))}; methods: {', '.join(RECIPES)}",
        )
    return RECIPES[choice.method]
