"""Exported PyTorch programs are read as PyTorch runs them; other PyTorch files are named."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch_modules import example, torch

pytest.importorskip("onnx", reason="pip install 'mcuq[torch]'")
pytest.importorskip("onnxscript", reason="pip install 'mcuq[torch]'")

from mcuq.errors import InputError, UsageError
from mcuq.importers import load_model
from mcuq.importers.pytorch import load as door
from mcuq.witness import compare_import

pytestmark = pytest.mark.slow


def _saved(module: Any, inputs: tuple[Any, ...], path: Path, **options: Any) -> Path:
    torch.export.save(torch.export.export(module, inputs, **options), path)
    return path


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    module = example("cnn_bn_relu")
    return _saved(module.module, module.inputs, tmp_path_factory.mktemp("pt2") / "model.pt2")


def test_a_program_is_compared_with_pytorch(program: Path) -> None:
    graph = load_model(program)
    assert graph.name == "model"
    check = compare_import(program, graph)
    assert check.runtime.startswith("PyTorch ") and check.share < 0.5 and not check.findings


def test_a_dynamic_batch_is_one(tmp_path: Path) -> None:
    module = example("cnn_bn_relu")
    inputs = tuple(torch.cat([x, x]) for x in module.inputs)
    batch = torch.export.Dim("batch", min=1, max=64)
    path = _saved(module.module, inputs, tmp_path / "model.pt2", dynamic_shapes=({0: batch},))
    graph = load_model(path)
    assert graph.layout(graph.inputs[0]).file_shape == (1, 4, 12, 12)
    assert compare_import(path, graph).share < 0.5


def test_another_batch_is_refused(tmp_path: Path) -> None:
    module = example("cnn_bn_relu")
    inputs = tuple(torch.cat([x, x]) for x in module.inputs)
    with pytest.raises(InputError, match="a batch of 1"):
        load_model(_saved(module.module, inputs, tmp_path / "model.pt2"))


class _Quantized(torch.nn.Module):  # type: ignore[misc]
    """Fake quantization of activations and, one scale a channel, of weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.out = torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Linear(144, 5)
        scales = self.conv.weight.data.abs().amax((1, 2, 3)) / 127
        self.register_buffer("scales", scales)
        self.register_buffer("zeros", torch.zeros(4, dtype=torch.int32))

    def forward(self, x: Any) -> Any:
        x = torch.fake_quantize_per_tensor_affine(x, 0.03, 3, -128, 127)
        filters = torch.fake_quantize_per_channel_affine(
            self.conv.weight, self.scales, self.zeros, 0, -127, 127
        )
        x = torch.relu(torch.nn.functional.conv2d(x, filters, self.conv.bias, padding=1))
        x = torch.fake_quantize_per_tensor_affine(x, 0.02, -128, -128, 127)
        x = torch.nn.functional.max_pool2d(x, 1).flatten(1)
        return torch.fake_quantize_per_tensor_affine(self.out(x), 0.02, 0, -128, 127)


class _Converted(torch.nn.Module):  # type: ignore[misc]
    """As PT2E's conversion leaves a layer: integers between decomposed operators."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x: Any) -> Any:
        operators = torch.ops.quantized_decomposed
        grid = (0.03, 3, -128, 127, torch.int8)
        x = operators.dequantize_per_tensor(operators.quantize_per_tensor(x, *grid), *grid)
        x = self.conv(x)
        grid = (0.05, -10, -128, 127, torch.int8)
        return operators.dequantize_per_tensor(operators.quantize_per_tensor(x, *grid), *grid)


@pytest.mark.parametrize("kind", [_Quantized, _Converted])
def test_quantized_programs_keep_their_scales(kind: Any, tmp_path: Path) -> None:
    pytest.importorskip("torch.ao.quantization.fx._decomposed")
    torch.manual_seed(0)
    path = _saved(kind().eval(), (torch.randn(1, 3, 6, 6),), tmp_path / "model.pt2")
    graph = load_model(path)
    span = graph.ranges[graph.inputs[0]]
    np.testing.assert_allclose(span, (-131 * 0.03, 124 * 0.03), rtol=1e-6)
    check = compare_import(path, graph)
    assert check.share < 0.5 and not check.findings


def _weights(path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2).state_dict(), path)


def _whole_module(path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), path)


def _old(path: Path) -> None:
    torch.save({"x": torch.zeros(2)}, path, _use_new_zipfile_serialization=False)


def _script(path: Path) -> None:
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), (torch.zeros(1, 2),)), path)


def _other_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "nothing")


@pytest.mark.parametrize("suffix", [".pt2", ".pt", ".pth"])
@pytest.mark.parametrize(
    ("write", "match"),
    [
        (_weights, "weights or tensors without a model"),
        (_whole_module, "weights or tensors without a model"),
        (_old, "a pickle"),
        (_script, "a TorchScript program"),
        (_other_archive, "an archive without an exported program"),
        (lambda path: path.write_bytes(b"PK\x03\x04"), "not a readable PyTorch file"),
        (lambda path: path.write_bytes(b"text"), "not a PyTorch file"),
    ],
)
def test_other_files_are_named(write: Any, match: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    write(path)
    with pytest.raises(InputError, match=match) as caught:
        load_model(path)
    assert caught.value.hint and "\n" not in str(caught.value)


class _Runs:
    """What runs when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.trace),)


def _rewritten(program: Path, path: Path, changed: dict[str, bytes]) -> Path:
    """The program with members, by the end of their name, replaced."""
    with zipfile.ZipFile(program) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            found = [data for end, data in changed.items() if member.filename.endswith(end)]
            target.writestr(member.filename, found[0] if found else source.read(member))
    return path


def test_pickles_in_a_program_do_not_run(program: Path, tmp_path: Path) -> None:
    trace, stream = tmp_path / "ran", io.BytesIO()
    torch.save(_Runs(trace), stream)
    path = _rewritten(
        program, tmp_path / "model.pt2", {"sample_inputs/model.pt": stream.getvalue()}
    )
    with pytest.raises(InputError, match="PyTorch does not export it"):
        load_model(path)
    assert not trace.exists()


def test_objects_among_the_constants_are_refused(program: Path, tmp_path: Path) -> None:
    config = b'{"config": {"thing": {"path_name": "custom_obj_0", "use_pickle": true}}}'
    path = _rewritten(program, tmp_path / "model.pt2", {"model_constants_config.json": config})
    with pytest.raises(InputError, match="constant 'thing' is a Python object"):
        load_model(path)


def test_what_the_exporter_refuses(tmp_path: Path) -> None:
    class Decomposition(torch.nn.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return torch.linalg.svdvals(x)

    path = _saved(Decomposition(), (torch.randn(1, 5, 5),), tmp_path / "model.pt2")
    with pytest.raises(InputError, match="PyTorch does not export it to ONNX") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_without_pytorch(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs torch and onnx and onnxscript") as caught:
        load_model(program)
    assert "mcuq[torch]" in caught.value.hint
