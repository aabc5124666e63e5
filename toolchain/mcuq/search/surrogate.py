"""What has been learned so far: a regression of the loss on single choices and their pairs.

Every evaluated genome is a row of one-hot choices; ridge regression on the logarithm of the loss
gives each choice an effect. It is cheap, and good enough to say which of many children deserve
an evaluation.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mcuq.search.problem import Candidate
from mcuq.search.settings import GA, GaSettings
from mcuq.search.space import Genome, Space

_FLOOR = 1e-12
"""A loss of 0 has no logarithm."""


class Surrogate:
    """Ridge regression log(loss) ~ choices + products of choices in neighbouring genes."""

    def __init__(self, space: Space, settings: GaSettings = GA) -> None:
        self._settings = settings
        sizes = [len(gene.choices) for gene in space.genes]
        self._offsets = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        self._singles = int(sum(sizes))
        pair_sizes = [a * b for a, b in itertools.pairwise(sizes)]
        self._pair_offsets = (
            self._singles
            + np.concatenate(([0], np.cumsum(pair_sizes)[:-1])).astype(np.int64)[: len(pair_sizes)]
        )
        self._next_sizes = np.array(sizes[1:], np.int64)
        self._width = self._singles + int(sum(pair_sizes))
        self._coefficients: npt.NDArray[np.float64] = np.zeros(self._width)
        self._mean = 0.0

    def _rows(self, genomes: Sequence[Genome]) -> npt.NDArray[np.float64]:
        indices = np.array(genomes, np.int64).reshape(len(genomes), -1)
        rows = np.zeros((len(genomes), self._width))
        at = np.arange(len(genomes))[:, None]
        rows[at, self._offsets + indices] = 1.0
        if indices.shape[1] > 1:
            pairs = indices[:, :-1] * self._next_sizes + indices[:, 1:]
            rows[at, self._pair_offsets + pairs] = self._settings.pair_weight
        return rows

    def fit(self, candidates: Sequence[Candidate]) -> None:
        """Learn from all evaluated candidates (dual form: cheap while they are few)."""
        rows = self._rows([c.genome for c in candidates])
        target = np.log(np.maximum([c.loss for c in candidates], _FLOOR))
        self._mean = float(target.mean())
        gram = rows @ rows.T + self._settings.ridge * np.eye(len(candidates))
        self._coefficients = rows.T @ np.linalg.solve(gram, target - self._mean)

    def predict(self, genomes: Sequence[Genome]) -> npt.NDArray[np.float64]:
        """Predicted log loss, float64 (len(genomes),)."""
        prediction: npt.NDArray[np.float64] = self._rows(genomes) @ self._coefficients
        return prediction + self._mean
