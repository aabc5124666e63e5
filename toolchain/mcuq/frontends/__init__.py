"""The front doors: model files of several frameworks, one Graph."""

from mcuq.frontends.keras import load_keras
from mcuq.frontends.load import load_model
from mcuq.frontends.onnx import load_onnx
from mcuq.frontends.tflite import load_tflite

__all__ = ["load_keras", "load_model", "load_onnx", "load_tflite"]
