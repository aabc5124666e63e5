"""The host's TFLite interpreter, from whichever package provides it."""

from __future__ import annotations

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:  # platforms where LiteRT has no wheel still have the older package
    from tflite_runtime.interpreter import Interpreter, OpResolverType

__all__ = ["Interpreter", "OpResolverType"]
