"""Many boards at once: places named in hil.toml, jobs that go to any free one of the right kind."""

from mcuq_hil.farm.config import read_farm
from mcuq_hil.farm.jobs import FarmReport, Job, Outcome, Setback
from mcuq_hil.farm.measuring import CountCache, Measurement, counting_unit, measure
from mcuq_hil.farm.place import Place, open_place
from mcuq_hil.farm.run import Elsewhere, run_jobs
from mcuq_hil.farm.soaking import SoakReport, soak

__all__ = [
    "CountCache",
    "Elsewhere",
    "FarmReport",
    "Job",
    "Measurement",
    "Outcome",
    "Place",
    "Setback",
    "SoakReport",
    "counting_unit",
    "measure",
    "open_place",
    "read_farm",
    "run_jobs",
    "soak",
]
