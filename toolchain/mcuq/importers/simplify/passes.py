"""The order of the rewritings; each is a function from graph to graph."""

from __future__ import annotations

from mcuq.graph import Graph
from mcuq.importers.simplify.activation import fuse_activations
from mcuq.importers.simplify.affine import fold_affine
from mcuq.importers.simplify.collapse import collapse_transposes
from mcuq.importers.simplify.compared import look_up_comparisons
from mcuq.importers.simplify.layout import fold_transposes
from mcuq.importers.simplify.limits import within_limits
from mcuq.importers.simplify.padding import absorb_padding
from mcuq.importers.simplify.parts import take_parts
from mcuq.importers.simplify.products import layers_of_products
from mcuq.importers.simplify.ranges import raise_ranges
from mcuq.importers.simplify.sinking import sink_reshapes
from mcuq.importers.simplify.unwrap import unwrap_indices, whole_inputs
from mcuq.importers.simplify.upsample import gather_upsampling


def simplify(graph: Graph) -> Graph:
    """A graph with the same inputs, outputs and values, and fewer operators.

    Batch normalization and biases go into the layer before, activations too, transposes into the
    weights behind them, padding into the window after it; products with a constant matrix become
    layers. What is joined and taken apart again is neither. What moves values keeps within the
    runtime's limits.
    """
    for rewrite in (
        unwrap_indices,
        whole_inputs,
        look_up_comparisons,
        raise_ranges,
        layers_of_products,
        take_parts,
        collapse_transposes,
        gather_upsampling,
        sink_reshapes,
        fold_transposes,
        fold_affine,
        fuse_activations,
        absorb_padding,
    ):
        graph = rewrite(graph)
    return within_limits(graph)[0]


def tidy(graph: Graph) -> Graph:
    """Only what undoes a converter's detours; every layer of the file stays as it is."""
    indexed = look_up_comparisons(whole_inputs(unwrap_indices(graph)))
    return absorb_padding(gather_upsampling(indexed))
