"""Models whose file says how they are quantized: built as they are, without a search.

A float model beside which `mcuq finetune` left its grids is quantized by them; an int8 TFLite file
keeps its integers where that is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcuq.errors import InputError
from mcuq.finetune.sidecar import read_sidecar, sidecar_path
from mcuq.graph import Graph
from mcuq.importers.source import read_bytes
from mcuq.prequantized.configuration import configuration
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config
from mcuq.quantized import QuantizedGraph


@dataclass(frozen=True)
class Prequantized:
    """The integer model and the choices behind it.

    Attributes:
        source: the TFLite file that the integers were taken from as they are; None for others.
    """

    qgraph: QuantizedGraph
    config: Config
    source: bytes | None = None

    @property
    def narrowest(self) -> int:
        """Fewest bits of a filter; 8 where there are no filters."""
        filters = {op.inputs[1] for op in self.qgraph.ops if op.kind.weighted}
        return min((self.qgraph.tensors[name].fewest_bits for name in filters), default=8)


def given_quantization(model: Path, graph: Graph, *, as_is: bool = False) -> Prequantized | None:
    """What `model` prescribes, or None.

    Args:
        graph: the float graph that was loaded from it.
        as_is: a TFLite file that is quantized already keeps its integers.

    Raises:
        InputError: the configuration cannot be read or belongs to another model.
    """
    if as_is:
        if model.suffix.lower() != ".tflite":
            raise InputError(
                f"--as-is keeps the integers of a .tflite file, {model.name} is none",
                "leave out --as-is: then mcuq quantizes it",
            )
        content = read_bytes(model)
        stored = load_quantized(content)
        return Prequantized(stored, configuration(stored), content)
    if sidecar_path(model).is_file():
        tuned = read_sidecar(sidecar_path(model), graph)
        return Prequantized(tuned.quantized(), tuned.config)
    return None
