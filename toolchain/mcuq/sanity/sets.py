"""The samples of a command, each in its role: what is wrong with them, and which are taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.data import Dataset
from mcuq.findings import Finding
from mcuq.sanity.outliers import evaluation_outliers, without_outliers
from mcuq.sanity.samples import sample_findings


@dataclass(frozen=True)
class Sets:
    """Attributes:
    calibration: without outliers, unless they are kept.
    search, evaluation: as given; search falls back to calibration, evaluation to search, then to
        all calibration samples.
    findings: what is suspicious about them.
    """

    calibration: Dataset
    search: Dataset
    evaluation: Dataset
    findings: tuple[Finding, ...]


def scrutinize(
    calibration: Dataset,
    search: Dataset | None,
    evaluation: Dataset | None,
    names: Sequence[str],
    *,
    keep_outliers: bool = False,
) -> Sets:
    """Look at the samples that ranges are taken from, and at all others beside them.

    Args:
        names: of the inputs.
    """
    scored = evaluation or search or calibration
    usual, findings = without_outliers(calibration, scored, names, keep=keep_outliers)
    taken = calibration if keep_outliers else usual
    roles = {"calibration": usual, "search": search or usual}
    if scored is not calibration:
        roles["evaluation"] = scored
        findings += evaluation_outliers(scored, usual, names)
    findings += sample_findings(roles, names)
    return Sets(taken, search or taken, scored, findings)
