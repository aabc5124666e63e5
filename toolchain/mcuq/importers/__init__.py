"""Readers of model files of several frameworks, one Graph."""

from mcuq.importers.keras import load_keras
from mcuq.importers.load import load_model
from mcuq.importers.onnx import load_onnx
from mcuq.importers.tflite import load_tflite

__all__ = ["load_keras", "load_model", "load_onnx", "load_tflite"]
