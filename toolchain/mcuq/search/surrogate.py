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

from mcuq.numeric.elementary import log
from mcuq.numeric.factors import inverse_root
from mcuq.numeric.products import product, whole_product
from mcuq.search.problem import Candidate
from mcuq.search.settings import GA, GaSettings
from mcuq.search.space import Genome, Space

Int64 = npt.NDArray[np.int64]

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

    def _places(self, genomes: Sequence[Genome]) -> tuple[Int64, Int64]:
        """Columns of the single choices and of the pairs, a row a genome."""
        indices = np.array(genomes, np.int64).reshape(len(genomes), -1)
        pairs = indices[:, :-1] * self._next_sizes + indices[:, 1:]
        return self._offsets + indices, self._pair_offsets + pairs

    def fit(self, candidates: Sequence[Candidate]) -> None:
        """Learn from all evaluated candidates (dual form: cheap while they are few)."""
        singles, pairs = self._places([c.genome for c in candidates])
        target = log(np.maximum([c.loss for c in candidates], _FLOOR))
        self._mean = float(target.mean())
        weight = self._settings.pair_weight
        gram = self._shared(singles) + weight**2 * self._shared(pairs)
        root = inverse_root(gram + self._settings.ridge * np.eye(len(candidates)))
        centred = (target - self._mean)[:, None]
        dual = product(root.T, product(root, centred))[:, 0]
        # Added one after the other, in the candidates' order.
        effects = np.zeros(self._width)
        np.add.at(effects, singles, dual[:, None])
        np.add.at(effects, pairs, weight * dual[:, None])
        self._coefficients = effects

    def _shared(self, places: Int64) -> npt.NDArray[np.float64]:
        """How many columns each two rows have in common."""
        rows = np.zeros((len(places), self._width))
        rows[np.arange(len(places))[:, None], places] = 1.0
        return whole_product(rows, rows.T)

    def predict(self, genomes: Sequence[Genome]) -> npt.NDArray[np.float64]:
        """Predicted log loss, float64 (len(genomes),)."""
        singles, pairs = self._places(genomes)
        by_pairs = self._settings.pair_weight * self._coefficients[pairs].sum(axis=1)
        found: npt.NDArray[np.float64] = self._coefficients[singles].sum(axis=1) + by_pairs
        return found + self._mean
