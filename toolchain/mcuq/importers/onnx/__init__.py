"""The ONNX front door: NCHW models, as PyTorch exports them, become NHWC graphs."""

from mcuq.importers.onnx.load import load_onnx

__all__ = ["load_onnx"]
