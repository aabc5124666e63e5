"""Targets that read models."""

from __future__ import annotations

from functools import partial
from random import Random

from mcuq.errors import InputError
from mcuq.importers.keras_file import check_keras_file
from mcuq.importers.load import load_model
from mcuq.importers.pytorch.archive import check_program
from mcuq.prequantized.load import load_quantized
from mcuq_fuzz.hdf5_mutants import mutant as changed_hdf5
from mcuq_fuzz.protobuf_mutants import mutant as changed_message
from mcuq_fuzz.target import Target, in_file
from mcuq_fuzz.tflite_mutants import mutant as changed_model
from mcuq_fuzz.zip_mutants import mutant as changed_archive


def read_tflite(data: bytes) -> None:
    """Both ways to read one: as the reals behind it, and its integers as they are."""
    refused = None
    try:
        load_quantized(data)
    except InputError as error:
        refused = error
    load_model(in_file("model.tflite", data))
    if refused is not None:
        raise refused


def read_onnx(data: bytes) -> None:
    load_model(in_file("model.onnx", data))


def read_mlir(data: bytes) -> None:
    """It is refused by name, whatever is in it."""
    load_model(in_file("model.mlir", data))


def _changed_onnx(data: bytes, rng: Random) -> bytes:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError):
        return data
    changed_message(model, rng)
    return bytes(model.SerializeToString())


HDF5_BYTES_RUNS = 2000
"""A file of changed bytes takes 4 s of a child process where HDF5's library hangs, which is most of
the time of these: in archives of Keras, HDF5 members stay as they are."""


def look_at_keras(data: bytes) -> None:
    """What comes before TensorFlow, which takes a second a file."""
    check_keras_file(in_file("model.keras", data))


def look_at_pytorch(data: bytes) -> None:
    """What comes before PyTorch."""
    check_program(in_file("model.pt2", data))


TARGETS = (
    Target("tflite", read_tflite, changed_model),
    Target("onnx", read_onnx, _changed_onnx, modules=("mcuq.importers.onnx.convert",)),
    Target("keras", look_at_keras, partial(changed_archive, whole=(".h5",))),
    Target("hdf5", look_at_keras, changed_hdf5, stays_valid=True, largest=1 << 16),
    Target("hdf5_bytes", look_at_keras, runs=HDF5_BYTES_RUNS, corpus_of="hdf5"),
    Target("pytorch", look_at_pytorch, changed_archive),
    Target("mlir", read_mlir, largest=1 << 12, accepts=False),
)
