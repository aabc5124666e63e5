"""What may help where a layer goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mcuq.pipeline.debug.filters import filter_bits, op_of
from mcuq.pipeline.settings import DEBUG
from mcuq.quantize import Config, WeightChoice
from mcuq.quantized import QuantizedGraph
from mcuq.result.accuracy import LayerErrorFigures


@dataclass(frozen=True)
class WorthTrying:
    """Words of a change, the configuration with it, and whether it is of one layer."""

    words: str
    config: Config
    is_local: bool = False


def changes(
    config: Config, qgraph: QuantizedGraph, layer: LayerErrorFigures
) -> tuple[WorthTrying, ...]:
    """What may help a layer, from its own filter to the whole model.

    Args:
        config: the configuration that it is now.
        qgraph: the model in integers.
        layer: the one that loses.
    """
    return (
        *_wider_filters(config, qgraph, layer),
        *_other_observers(config),
        *_wider_activations(config, layer),
    )


def _wider_filters(
    config: Config, qgraph: QuantizedGraph, layer: LayerErrorFigures
) -> Iterator[WorthTrying]:
    eight = WeightChoice(per=config.default_weight.per)
    bits = filter_bits(qgraph, layer.name)
    if bits is not None and bits < 8:
        name = op_of(qgraph, layer.name).inputs[1]
        wider = replace(config, weights={**config.weights, name: eight})
        yield WorthTrying(f"{name} in int8 (--config)", wider, is_local=True)
    if any((filter_bits(qgraph, one.output) or 8) < 8 for one in qgraph.ops):
        yield WorthTrying("--bits 8", replace(config, weights={}, default_weight=eight))


def _other_observers(config: Config) -> Iterator[WorthTrying]:
    for observer in DEBUG.observers:
        if observer != config.default_observer or config.observers:
            other = replace(config, observers={}, default_observer=observer)
            yield WorthTrying(f"--observer {observer}", other)


def _wider_activations(config: Config, layer: LayerErrorFigures) -> Iterator[WorthTrying]:
    if config.activation_bits != 8:
        return
    if layer.name not in config.wide:
        wide = replace(config, wide=(*config.wide, layer.name))
        yield WorthTrying(f"--wide {layer.name}", wide, is_local=True)
    yield WorthTrying("--activation-bits 16", replace(config, wide=(), activation_bits=16))
