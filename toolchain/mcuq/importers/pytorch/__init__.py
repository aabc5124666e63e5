"""The PyTorch front door: exported programs, through PyTorch's own exporter to ONNX."""

from mcuq.importers.pytorch.load import load_pytorch

__all__ = ["load_pytorch"]
