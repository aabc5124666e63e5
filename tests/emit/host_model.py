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

from mcuq.choices import Kernels
from mcuq.cost.memory import plan_program
from mcuq.emit.c import write_c_model
from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.quantized import QuantizedGraph
from mcuq.resources import firmware_dir


class HostModel:
    """Writes, compiles (warnings are errors) and loads the model of `qgraph` below `folder`."""

    def __init__(self, qgraph: QuantizedGraph, folder: Path, kernels: Kernels = "mcuq") -> None:
        self._qgraph = qgraph
        options = LowerOptions(kernels, address_bytes=ctypes.sizeof(ctypes.c_void_p))
        self.memory = plan_program(lower(qgraph, options))
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
        if qgraph.states:
            self._library.model_state.restype = ctypes.c_void_p

    def check(self, inputs: Sequence[npt.NDArray[Any]]) -> None:
        """Every sample of `inputs`, (samples, *shape) each, gives the bytes of the evaluation; of
        a model that keeps states every step of every sequence, (samples, steps, *shape).
        """
        expected = run_integer(self._qgraph, list(inputs))
        for sample in range(len(inputs[0])):
            given = [values[sample] for values in inputs]
            if self._qgraph.states:
                self.reset()
            steps = zip(*given, strict=True) if self._qgraph.states else [given]
            found = [self.run(step) for step in steps]
            for name, values in zip(self._qgraph.outputs, zip(*found, strict=True), strict=True):
                wanted = expected[name][sample]
                np.testing.assert_array_equal(np.stack(values).ravel(), wanted.ravel())

    def reset(self) -> None:
        """Initial states."""
        self._library.model_reset()

    @property
    def state(self) -> bytes:
        """A snapshot of what is kept from run to run."""
        return ctypes.string_at(self._library.model_state(), self.memory.state_bytes)

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        ctypes.memmove(self._library.model_state(), state, self.memory.state_bytes)

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
