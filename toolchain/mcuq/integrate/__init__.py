"""A finished result as a project for the tool a firmware team already uses."""

from mcuq.integrate.write import KINDS, write_project

__all__ = ["KINDS", "write_project"]
