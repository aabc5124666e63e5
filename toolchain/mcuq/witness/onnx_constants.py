"""What an ONNX file knows without an input."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import numpy_helper

from mcuq.importers.onnx.fold import constant_outputs
from mcuq.witness.onnx_session import run_once


class FileConstants:
    """Initializers, and what nodes compute from them alone, by name; computed when asked for."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._known = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer
        }
        self.names = {*self._known, *constant_outputs(model.graph.node, self._known)}

    def __getitem__(self, name: str) -> np.ndarray[Any, np.dtype[Any]]:
        if name not in self._known:
            self._known[name] = run_once(self._model, name)
        return np.asarray(self._known[name])
