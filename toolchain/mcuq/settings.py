"""What a reader takes of a file at most, before memory or time is spent on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadingSettings:
    """Sizes beyond which a file is refused in a line: no microcontroller has a use for them."""

    model_bytes: int = 1 << 30
    """Bytes. Of a model file, or of all that an archive with a model holds when it is unpacked.

    Evidence: a board has at most 2^28 bytes of flash (`mcuq_hil.boards.schema`), which is 2^28
    weights of int8: 2^30 bytes of float32.
    """
    text_bytes: int = 64 << 20
    """Bytes. Of a JSON file.

    Evidence: not measured: chosen by hand.
    """
    array_bytes: int = 4 << 30
    """Bytes. Of one array, as float32, and of a folder of samples.

    Evidence: not measured: chosen by hand. Samples are held in memory.
    """
    packed_ratio: int = 200
    """Factor. By which an archive's member may grow beyond `packed_free`.

    Evidence: zeros deflate 1,029 : 1; the arrays of MLPerf Tiny and of the example 1.1 : 1 to
    10.2 : 1, labels the most.
    """
    packed_free: int = 256 << 20
    """Bytes. That a packed member may become, whatever it is packed from.

    Evidence: not measured: chosen by hand. Masks and silence pack well, and this much does no harm.
    """
    tensor_elements: int = 1 << 24
    """Elements. Of a tensor that a layer computes.

    Evidence: in int8 four times the RAM of the largest board of the registry.
    """
    constant_elements: int = 1 << 27
    """Elements. Of all constants of a graph together, those that are computed while it is read
    included.

    Evidence: not measured: chosen by hand. In float32 they take half a gigabyte; in int4 they fill
    sixteen times the largest flash of the registry.
    """
    foreign_bytes: int = 8 << 30
    """Bytes. That TensorFlow may ask for beside what is in use when it reads a Keras file.

    Evidence: not measured: chosen by hand. A description may name layers of any size, which Keras
    makes before it looks for their weights.
    """
    hdf5_seconds: int = 4
    """Seconds. Of processor time that the library of HDF5 may take for one group of a Keras file,
    or for 2^24 bytes of its weights.

    Evidence: not measured: chosen by hand. It never comes back from some damaged files.
    """
    inference_seconds: int = 4
    """Seconds. Of processor time that ONNX's inference of shapes may take for one model.

    Evidence: not measured: chosen by hand. It never comes back from some damaged nodes.
    """
    operators: int = 20_000
    """Operators. Of a model with its loops and functions written out, computed constants included.

    Evidence: not measured: chosen by hand.
    """


READING = ReadingSettings()
