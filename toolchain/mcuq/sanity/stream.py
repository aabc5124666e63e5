"""Samples that a model with states takes for the steps of one stream."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.data import Dataset
from mcuq.findings import Finding, about_data
from mcuq.graph import Graph


def stream_findings(graph: Graph, data: Mapping[str, Dataset]) -> tuple[Finding, ...]:
    """One where data is a single sequence: independent samples, stored so, would be judged wrongly.

    Args:
        data: by role; one that plays several is spoken of once.
    """
    if not graph.states:
        return ()
    roles: dict[int, str] = {}
    for role, samples in data.items():
        sequences, steps = samples.inputs[0].shape[:2]
        if sequences == 1 < steps:
            roles.setdefault(id(samples), role)
    if not roles:
        return ()
    which = " and ".join(roles.values())
    return (
        about_data(
            "one-stream",
            f"{which}: the samples are taken for the steps of one stream, between which the model "
            "keeps its states",
            "store independent samples as sequences of one step: x[:, None]",
        ),
    )
