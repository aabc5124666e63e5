"""How numbers become integers: the options that no search decides, and those of a single choice.

Annotations are evaluated here, not postponed: the records are read from them.
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcuq.choices import ActivationScheme, Io, Per
from mcuq.declared import Option, TomlTable, documented
from mcuq.declared.offered import BUILD, NUMBERS, QUANTIZE, SEARCH, VERIFIED
from mcuq.pipeline import names

if TYPE_CHECKING:
    from mcuq.quantize import Config, WeightChoice
    from mcuq.quantized import QuantizedGraph

_TABLE = TomlTable(
    "scheme", "How numbers become integers, as far as the search does not decide it."
)
_number = partial(Option, commands=VERIFIED, panel=NUMBERS, table=_TABLE)
_of_a_filter = partial(
    Option, commands=QUANTIZE, table=None, is_default_shown=True, is_always_printed=True
)


@documented
@dataclass(frozen=True)
class Scheme:
    """How numbers become integers, as far as no search decides it."""

    activations: Annotated[
        ActivationScheme,
        _number(
            "asymmetric (default) or symmetric: zero point 0.",
            "Ranges as they are (default), or with zero point 0.",
        ),
    ] = "asymmetric"
    observer: Annotated[
        str,
        _number(
            "minmax (default), mse, entropy, …: of every activation that no search decides.",
            offered=names.observers,
        ),
    ] = "minmax"
    weights_per: Annotated[
        Per,
        _number(
            "channel (default) or tensor: what a scale of a filter belongs to.",
            "One scale per output channel (default) or per filter.",
        ),
    ] = "channel"
    io: Annotated[
        Io,
        _number(
            "int8 (default) or float32 inputs and outputs.",
            "Type of inputs and outputs; float32 converts inside the model.",
        ),
    ] = "int8"
    bits: Annotated[
        tuple[int, ...],
        names.WIDTH_LIST,
        _number(
            "Widths of weights to choose from: 8,4 (default), 8,4,2, 8,4,2,ternary …",
            "Widths of weights that the search chooses from: '8,4' (default), '8,4,2'…",
            commands=BUILD,
            panel=SEARCH,
            choices=names.widths,
        ),
    ] = (8, 4)
    activation_bits: Annotated[
        Literal[8, 16],
        _number(
            "8 (default) or 16, of all activations.",
            "Width of all activations: 8 (default), or 16.",
        ),
    ] = 8
    wide: Annotated[
        tuple[str, ...],
        _number(
            "An activation that takes 16 bits, with all that share its scale; repeatable.",
            "Activations that take 16 bits in a model of 8-bit ones.",
            metavar="TENSOR",
            example=("tensor",),
        ),
    ] = ()

    @property
    def config(self) -> "Config":
        """The configuration that a search starts from."""
        from mcuq.quantize import Config, WeightChoice

        return Config(
            default_weight=WeightChoice(per=self.weights_per),
            default_observer=self.observer,
            activations=self.activations,
            activation_bits=self.activation_bits,
            wide=self.wide,
        )

    def deployed(self, qgraph: "QuantizedGraph") -> "QuantizedGraph":
        """What is emitted for a model of integers: float inputs and outputs, where asked for."""
        from mcuq.quantize import with_float_io

        return with_float_io(qgraph) if self.io == "float32" else qgraph


@dataclass(frozen=True)
class Throughout:
    """What `mcuq quantize` says of every filter; see `mcuq.quantize.WeightChoice`."""

    bits: Annotated[
        int, names.WIDTH, _of_a_filter("Of every filter: 8, 4, 2 or ternary.", choices=names.widths)
    ] = 8
    method: Annotated[
        str,
        _of_a_filter(
            "How filters become integers.", flag="--weights", choices=names.weight_methods
        ),
    ] = "minmax"


def weight_choice(**parts: Any) -> "WeightChoice":
    """The choice of some fields of `Throughout`."""
    from mcuq.quantize import WeightChoice

    return WeightChoice(**parts)
