"""The stages, joined: from a request to files and a result, with no printing."""

from mcuq.pipeline.build import build
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import BuildResult

__all__ = ["BuildRequest", "BuildResult", "build"]
