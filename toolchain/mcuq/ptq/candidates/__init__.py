"""Strong integer candidates for every filter, computed once before a search.

`build_bank` gives `quantize` its bank. A recipe names clipping, rounding, the inputs that a layer
is fitted to, least-squares refit and bias correction; see `RECIPES`.
"""

from mcuq.ptq.candidates.bank import build_bank, build_banks
from mcuq.ptq.candidates.recipe import (
    DEFAULT_METHODS,
    RECIPES,
    Clip,
    Prefix,
    Recipe,
    Rounding,
    recipe_for,
)

__all__ = [
    "DEFAULT_METHODS",
    "RECIPES",
    "Clip",
    "Prefix",
    "Recipe",
    "Rounding",
    "build_bank",
    "build_banks",
    "recipe_for",
]
