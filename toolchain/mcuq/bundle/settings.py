"""The bundle's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BundleSettings:
    """How much is compared."""

    samples: int = 32
    """Runs. Of each model on the device, in turn with the others'.

    Evidence: not measured: chosen by hand, as many as a build compares on the device.
    """
    steps: int = 8
    """Runs. Of those, in each sequence of a model that keeps states.

    Evidence: not measured: chosen by hand, as many as in constructed sequences.
    """


BUNDLES = BundleSettings()
