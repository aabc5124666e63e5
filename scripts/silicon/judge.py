"""Estimates beside published results, each image judged by what the others say of its core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mcuq_hil.cycles.cores import CoreModel
from silicon.chips import CHIPS
from silicon.images import Image
from silicon.terms import Terms, fit, fit_constant, predicted


@dataclass(frozen=True)
class Judged:
    """One image.

    Attributes:
        sha256: of its file.
        cycles: published: clock by median of inferences a second.
        estimate: by the model fitted without it.
        constant: by cycles an instruction and a streamed byte, fitted without it.
    """

    image: Image
    sha256: str
    counted: Terms
    cycles: float
    estimate: float
    constant: float

    @property
    def error(self) -> float:
        return self.estimate / self.cycles - 1

    @property
    def constant_error(self) -> float:
        return self.constant / self.cycles - 1


@dataclass(frozen=True)
class JudgedCore:
    """A core's model, fitted to all of its images, and how it did without each.

    Attributes:
        per_instruction, per_byte: of the constant, fitted to all.
    """

    core: str
    model: CoreModel
    per_instruction: float
    per_byte: float
    images: tuple[Judged, ...]

    def record(self) -> dict[str, object]:
        """What docs/cycles.json keeps."""
        numbers = {
            name: round(value, 4)
            for name, value in asdict(self.model).items()
            if name not in ("pipeline", "band")
        }
        errors = [abs(each.error) for each in self.images]
        constant = [abs(each.constant_error) for each in self.images]
        return {
            "core": self.core,
            "model": numbers,
            "mean_error": round(sum(errors) / len(errors), 4),
            "worst_error": round(max(errors), 4),
            "constant": {
                "per_instruction": round(self.per_instruction, 4),
                "per_byte": round(self.per_byte, 4),
                "mean_error": round(sum(constant) / len(constant), 4),
                "worst_error": round(max(constant), 4),
            },
            "images": [_row(each) for each in self.images],
        }


def judge(core: str, images: Sequence[tuple[Image, str, Terms]]) -> JudgedCore:
    """Leave each image out in turn.

    Args:
        images: of this core, with the SHA-256 of each and what it executes.
    """
    counted = [each for _, _, each in images]
    cycles = [CHIPS[image.chip].core_hz / image.median for image, _, _ in images]
    judged = []
    for at, (image, digest, own) in enumerate(images):
        others, theirs = counted[:at] + counted[at + 1 :], cycles[:at] + cycles[at + 1 :]
        each, a_byte = fit_constant(others, theirs)
        constant = each * own.instructions + a_byte * own.fill_bytes
        estimate = predicted(fit(core, others, theirs), own)
        judged.append(Judged(image, digest, own, cycles[at], estimate, constant))
    return JudgedCore(
        core, fit(core, counted, cycles), *fit_constant(counted, cycles), tuple(judged)
    )


def _row(each: Judged) -> dict[str, object]:
    image = each.image
    return {
        "round": image.round,
        "submitter": image.submitter,
        "system": image.system,
        "model": image.model,
        "sha256": each.sha256,
        "inferences_per_second": image.median,
        "instructions": round(each.counted.instructions),
        "cycles": round(each.cycles),
        "estimate": round(each.estimate),
        "error": round(each.error, 4),
        "constant_error": round(each.constant_error, 4),
    }
