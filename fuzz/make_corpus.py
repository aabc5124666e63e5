"""Write the inputs that fuzzing begins with: the smallest models that the tests read, and texts.

The tests of the importers run, and each file that they read is kept where it is the smallest one
with its set of operators.

python fuzz/make_corpus.py [--only tflite,onnx]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "fuzz")]

import pytest  # noqa: E402

from mcuq_fuzz import seeds  # noqa: E402
from mcuq_fuzz.target import CORPUS  # noqa: E402

LARGEST = 2500
"""Bytes of a seed: the smaller, the more executions in a second."""
MOST = 80
"""Seeds of a target."""


class Recorder:
    """A pytest plugin that notes every model that goes through the readers."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, bytes]] = {"tflite": {}, "onnx": {}}

    def pytest_configure(self) -> None:
        from mcuq.importers.onnx import parse as onnx_parse
        from mcuq.importers.tflite import load as tflite_load

        self._watch(tflite_load, "read_model", "tflite", _tflite_kinds)
        self._watch(onnx_parse, "parse", "onnx", _onnx_kinds)

    def _watch(self, module: Any, name: str, kind: str, kinds: Callable[[bytes], str]) -> None:
        real = getattr(module, name)

        def watched(content: bytes, *others: Any) -> Any:
            result = real(content, *others)
            if len(content) <= LARGEST:
                key, table = kinds(content), self.found[kind]
                if key not in table or len(table[key]) > len(content):
                    table[key] = content
            return result

        setattr(module, name, watched)


def _tflite_kinds(content: bytes) -> str:
    from mcuq.importers.tflite.reader import read_model

    model = read_model(content)
    kinds = {op.kind for part in (model, *model.called.values()) for op in part.ops}
    return " ".join(sorted({*kinds, *(tensor.dtype for tensor in model.tensors)}))


def _onnx_kinds(content: bytes) -> str:
    import onnx

    model = onnx.load_model_from_string(content)
    return " ".join(sorted({node.op_type for node in model.graph.node}))


def write(name: str, contents: Iterable[bytes]) -> None:
    """A target's seeds, by the hash of each."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for content in contents:
        (folder / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    wanted = [name for name in parser.parse_args().only.split(",") if name]
    for name, contents in seeds.ALL.items():
        if not wanted or name in wanted:
            write(name, contents())
    if wanted and not {"tflite", "onnx"} & set(wanted):
        return 0
    recorder = Recorder()
    code = pytest.main(["-q", "-x", str(ROOT / "tests/importers"), "-p", "no:xdist"], [recorder])
    for name, table in recorder.found.items():
        write(name, sorted(table.values(), key=len)[:MOST])
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
