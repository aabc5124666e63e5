"""One filter, one recipe, one set of moments → integers, scale and bias."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.choices import Per
from mcuq.numeric import weight_limits
from mcuq.numeric.factors import inverse_root
from mcuq.numeric.products import product
from mcuq.ptq.candidates.layer import Flags, LayerShape
from mcuq.ptq.candidates.moments import Moments, damped
from mcuq.ptq.candidates.recipe import Clip, Recipe, Rounding
from mcuq.ptq.candidates.rounding import Limits, descend, gptq, nearest
from mcuq.ptq.candidates.scales import best_scale, full_scale, refit_scale
from mcuq.quantize.config import WeightChoice
from mcuq.quantize.settings import CANDIDATES
from mcuq.quantize.weights import QuantizedWeight, channel_axis, interleaved

Float64 = npt.NDArray[np.float64]


def solve_choice(
    layer: LayerShape,
    weight: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32] | None,
    moments: Moments,
    recipe: Recipe,
    choice: WeightChoice,
    kept: Flags | None = None,
) -> QuantizedWeight:
    """As `solve`, in the widths of a choice: the rows of a filter stand alone, so that those of
    each width are solved as a filter of their own."""
    if not choice.narrow:
        return solve(layer, weight, bias, moments, recipe, choice.bits, choice.per, kept)
    rows = choice.narrow.rows(len(weight))
    solved = [
        solve(
            layer.giving(len(chosen)),
            weight[list(chosen)],
            None if bias is None else bias[list(chosen)],
            moments,
            recipe,
            part.bits,
            part.per,
            kept,
        )
        for part, chosen in zip(choice.parts, rows, strict=True)
    ]
    return interleaved(solved, rows)


def solve(
    layer: LayerShape,
    weight: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32] | None,
    moments: Moments,
    recipe: Recipe,
    bits: int,
    per: Per = "channel",
    kept: Flags | None = None,
) -> QuantizedWeight:
    """Quantize a filter by a recipe.

    Args:
        layer: the operator's shapes.
        weight: the float filter.
        bias: the float bias, None counts as zeros.
        moments: of the layer's inputs.
        recipe: how.
        bits: width of the integers.
        per: what a scale belongs to.
        kept: the input's channels that the result reads, which it is refitted to; None is all.
    """
    exact = layer.matrix(weight).astype(np.float64)
    used = moments.centred() if recipe.correct_bias else moments
    columns = slice(None) if kept is None else layer.columns(kept)
    seen = used.gram[:, columns][:, :, columns]
    gram = damped(seen, recipe.damping)
    target = exact
    if recipe.refit or kept is not None:
        # argmin over W' of E|Wx - W'x̃|², pulled towards W as the damping asks.
        crossed = np.array(used.cross[:, :, columns])
        crossed[:, columns] += gram - seen
        root = inverse_root(gram)
        target = product(product(exact, crossed), root.transpose(0, 2, 1))
        target = product(target, root)
    limits = weight_limits(bits)
    per_tensor = channel_axis(layer.op.kind, per) is None
    scale, values = _integers(target, gram, recipe, limits, per_tensor)
    # The scale is float32 in the model: the bias must see the one that is used.
    stored = np.maximum(scale.astype(np.float32), np.finfo(np.float32).tiny)
    corrected = None
    if recipe.correct_bias:
        original = 0.0 if bias is None else bias.astype(np.float64)
        moved = _mean_output(exact, moments.mean_float) - _mean_output(
            stored * values, moments.mean[:, columns]
        )
        corrected = (original + moved).astype(np.float32)
    flat = stored.reshape(-1)
    shape = layer if kept is None else layer.reading(kept)
    integers = shape.filter(values.astype(np.int8))
    return QuantizedWeight(integers, flat[:1] if per_tensor else flat, corrected)


def _integers(
    target: Float64, gram: Float64, recipe: Recipe, limits: Limits, per_tensor: bool
) -> tuple[Float64, Float64]:
    def by_rounding(weight: Float64, scale: Float64) -> Float64:
        if recipe.rounding is Rounding.NEAREST:
            return nearest(weight, scale, limits)
        return gptq(weight, scale, gram, limits)

    limit = limits[1]
    match recipe.clip:
        case Clip.FULL:
            scale = full_scale(target, limit, per_tensor)
        case Clip.SQUARED:
            plain = np.broadcast_to(np.eye(gram.shape[-1]), gram.shape)
            scale = best_scale(target, plain, limit, per_tensor, lambda w, s: nearest(w, s, limits))
        case Clip.HESSIAN:
            scale = best_scale(target, gram, limit, per_tensor, by_rounding)
    values = by_rounding(target, scale)
    if recipe.rounding is Rounding.DESCENT:
        for _ in range(CANDIDATES.rounds):
            values = descend(target, scale, values, gram, limits, CANDIDATES.sweeps)
            scale = refit_scale(target, scale, values, gram, per_tensor)
        values = descend(target, scale, values, gram, limits, CANDIDATES.sweeps)
    return scale, values


def _mean_output(weight: Float64, mean: Float64) -> Float64:
    """Mean of each output channel, (channels,)."""
    means: Float64 = (weight * mean[:, None, :]).sum(axis=2).reshape(-1)
    return means
