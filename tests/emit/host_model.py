"""The emitted C model compiled for the host and called: the artifact itself is asked."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir


class HostModel:
    """Writes, compiles (warnings are errors) and loads the model of `qgraph` below `folder`."""

    def __init__(self, qgraph: QuantizedGraph, folder: Path) -> None:
        self._qgraph = qgraph
        self.memory = plan_program(
            lower(qgraph, LowerOptions(address_bytes=ctypes.sizeof(ctypes.c_void_p)))
        )
        sources = folder / "model"
        write_c_model(self.memory, firmware_dir(), sources)
        library = folder / "model.so"
        includes = [f"-I{sources}", f"-I{sources / 'include'}"]
        files = sorted(str(p) for p in sources.rglob("*.c"))
        flags = ["-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
        command = [os.environ.get("CC", "cc"), *flags, *includes, *files, "-o", str(library)]
        subprocess.run(command, check=True)
        self._library = ctypes.CDLL(str(library))
        self._library.model_input.restype = ctypes.c_void_p
        self._library.model_output.restype = ctypes.c_void_p

    def check(self, inputs: Sequence[npt.NDArray[Any]]) -> None:
        """Every sample of `inputs`, (samples, *shape) each, gives the bytes of the evaluation."""
        expected = run_integer(self._qgraph, list(inputs))
        for sample in range(len(inputs[0])):
            found = self.run([values[sample] for values in inputs])
            for name, values in zip(self._qgraph.outputs, found, strict=True):
                np.testing.assert_array_equal(values.ravel(), expected[name][sample].ravel())

    def run(self, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """One sample: an array an input → an array an output, of the tensors' types."""
        for index, values in enumerate(inputs):
            ctypes.memmove(self._library.model_input(index), values.tobytes(), values.nbytes)
        self._library.model_run()
        results = []
        for index, name in enumerate(self._qgraph.outputs):
            tensor = self._qgraph.tensors[name]
            content = ctypes.string_at(self._library.model_output(index), tensor.nbytes)
            results.append(np.frombuffer(content, tensor.dtype).reshape(tensor.shape))
        return results
