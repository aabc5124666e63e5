"""Jobs for other processes: a pool of this computer's, or Dask's workers anywhere."""

from mcuq.workers.base import Workers, cores
from mcuq.workers.where import is_on_dask, start_workers, working_on

__all__ = ["Workers", "cores", "is_on_dask", "start_workers", "working_on"]
