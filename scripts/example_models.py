"""Write the example models of the zoo: recurrent, streaming, transformers, necks and gates.

Needs TensorFlow and PyTorch (extras `tensorflow` and `torch`). Every file is the same every time,
weights being random; `mcuq bench zoo FOLDER` then takes them to the emulated board.

    python scripts/example_models.py FOLDER
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("testing", "importers")]

from keras_networks import NETWORKS, save_network  # noqa: E402
from stateful_models import streaming_model  # noqa: E402

from mcuq.emit.tflite import tflite_bytes  # noqa: E402
from mcuq.tflite.float_model import float_tflite_bytes  # noqa: E402

PROGRAMS = (
    "attention",
    "encoder_layer",
    "qkv",
    "vision_patches",
    "squeeze_excite",
    "pixel_shuffle",
    "unet",
    "feature_pyramid",
    "group_norm",
    "hard_variants",
    "gru",
    "lstm",
    "rnn",
    "tcn",
    "conv_transpose",
)
"""PyTorch modules, as exported programs."""
RECURRENT = ("gru", "lstm", "bidirectional_lstm", "rnn")
"""PyTorch modules by both exporters to ONNX."""


def write_keras(folder: Path) -> None:
    """`keras/NAME.keras`."""
    for name in NETWORKS:
        save_network(name, folder / f"{name}.keras")


def write_streaming(folder: Path) -> None:
    """A streaming model in float32 and as int8, each with its states in variables."""
    model = streaming_model()
    (folder / "float.tflite").write_bytes(float_tflite_bytes(model.graph))
    (folder / "int8.tflite").write_bytes(tflite_bytes(model.quantized()))


def write_programs(folder: Path) -> None:
    """`torch/NAME.pt2`."""
    import torch
    from torch_modules import example  # type: ignore[import-not-found]  # of tests/importers

    for name in PROGRAMS:
        one = example(name)
        torch.export.save(torch.export.export(one.module, one.inputs), folder / f"{name}.pt2")


def write_onnx(folder: Path) -> None:
    """`onnx/NAME.EXPORTER.onnx`."""
    import torch
    from torch_modules import example

    for name in RECURRENT:
        for exporter, options in (("script", {}), ("dynamo", {"verbose": False})):
            one, path = example(name), folder / f"{name}.{exporter}.onnx"
            torch.onnx.export(one.module, one.inputs, path, dynamo=exporter == "dynamo", **options)


_WRITERS = {
    "keras": write_keras,
    "streaming": write_streaming,
    "torch": write_programs,
    "onnx": write_onnx,
}


def main(words: list[str] | None = None) -> int:
    """Write every kind into a folder of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the models go")
    arguments = parser.parse_args(words)
    warnings.simplefilter("ignore")
    for kind, write in _WRITERS.items():
        folder = arguments.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        write(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
