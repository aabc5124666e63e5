"""The bundle's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BundleSettings:
    """How much is compared."""

    samples: int = 32
    """Samples. Of each model, run on the device in turn with the others'.

    Evidence: not measured: chosen by hand, as many as a build compares on the device.
    """


BUNDLES = BundleSettings()
