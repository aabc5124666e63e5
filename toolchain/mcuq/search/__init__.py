"""Search over configurations: knows no models and no files, only genomes, scores and costs."""

from mcuq.cost.figures import Cost
from mcuq.search.individual import pareto_front
from mcuq.search.methods import METHODS, run
from mcuq.search.problem import Candidate, Evaluator, Limits
from mcuq.search.scorelog import ScoreLog
from mcuq.search.settings import FidelitySettings, GaSettings
from mcuq.search.space import Choice, Gene, Genome, Space, labels

__all__ = [
    "METHODS",
    "Candidate",
    "Choice",
    "Cost",
    "Evaluator",
    "FidelitySettings",
    "GaSettings",
    "Gene",
    "Genome",
    "Limits",
    "ScoreLog",
    "Space",
    "labels",
    "pareto_front",
    "run",
]
