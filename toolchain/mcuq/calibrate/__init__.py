"""Activation ranges from calibration data: statistics in one pass, observers that judge them."""

from mcuq.calibrate.calibrate import calibrate, observe
from mcuq.calibrate.observers import OBSERVERS
from mcuq.calibrate.ranges import Ranges, ranges_from
from mcuq.calibrate.statistics import Statistics

__all__ = ["OBSERVERS", "Ranges", "Statistics", "calibrate", "observe", "ranges_from"]
