"""The TFLite front door: a flatbuffer, checked before it is believed, becomes a Graph."""

from mcuq.importers.tflite.load import load_tflite, read_tflite

__all__ = ["load_tflite", "read_tflite"]
