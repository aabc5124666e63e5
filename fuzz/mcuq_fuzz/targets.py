"""All targets, by name."""

from __future__ import annotations

from mcuq_fuzz import data, models, serial_host, texts
from mcuq_fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (models, data, texts, serial_host)
    for target in module.TARGETS
}
