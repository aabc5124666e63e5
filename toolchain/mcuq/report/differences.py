"""What of a configuration plain int8 would have otherwise, and what each difference costs."""

from __future__ import annotations

from mcuq.numeric.widths import width_names
from mcuq.result.accuracy import Difference
from mcuq.result.configuration import ConfigFile, TensorConfig
from mcuq.result.front import Front

PLAIN = "minmax"
_REAL_BITS = 32


def differences(config: ConfigFile, front: Front) -> tuple[Difference, ...]:
    """From every filter and activation by min-max in int8 to what was built, in `config`'s order.

    Args:
        front: says what a choice costs alone, where the search has scored it.
    """
    chosen = front.chosen()
    choices = {} if chosen is None else chosen.choices
    return tuple(
        Difference(
            name=tensor.name,
            role=tensor.role,
            int8=f"int8 {PLAIN}",
            built=f"{width_names(config.widths(tensor))} {tensor.scheme}",
            rise=front.singles.get(tensor.name, {}).get(choices.get(tensor.name, "")),
        )
        for tensor in config.tensors
        if (tensor.role == "weight" or tensor.role == "activation") and _differs(config, tensor)
    )


def _differs(config: ConfigFile, tensor: TensorConfig) -> bool:
    if tensor.role == "activation" and tensor.bits >= _REAL_BITS:
        return False
    return (config.widths(tensor), tensor.scheme) != ((8,), PLAIN)
