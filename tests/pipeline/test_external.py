"""mcuq build with a library that has CMSIS-NN's interface, in the place of mcuq's kernels."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from library_standin import SCRATCH_A_CHANNEL, compile_standin, write_standin

from mcuq.bench.vector import has_emulator
from mcuq.examples import copy_example

pytestmark = [pytest.mark.slow, pytest.mark.arm]

WHOLE = ["--weight-bytes", "100%"]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mcuq.cli.main", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    copy_example("digits", folder)
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_standin(tmp_path_factory.mktemp("cmsis") / "lib")


@pytest.fixture(scope="module")
def built(project: Path, library: Path) -> dict[str, Any]:
    """The manifest of a searched build; its result is in `out`."""
    words = ["--kernels", "cmsis-nn", "--cmsis-nn", str(library), "--evaluations", "12"]
    done = run(project, "build", *words, "--json")
    assert done.returncode == 0, done.stderr
    manifest: dict[str, Any] = json.loads(done.stdout)
    return manifest


def test_the_library_computes_what_mcuq_evaluated(built: dict[str, Any]) -> None:
    assert built["verification"]["equal_device"] is built["verification"]["equal_tflm"] is True
    libraries = {layer["function"]: layer["library"] for layer in built["layers"]}
    assert {name for name, source in libraries.items() if source == "cmsis-nn"} == {
        name for name in libraries if name.startswith("arm_")
    }
    assert {"arm_convolve_wrapper_s4", "arm_depthwise_conv_wrapper_s8"} & set(libraries)
    assert set(built["inputs"]) >= {"cmsis_nn", "model"}
    assert "--kernels cmsis-nn" in built["command"]


def test_scratch_is_what_the_library_asks_for(built: dict[str, Any]) -> None:
    blocks = {block["name"]: block["size"] for block in built["memory"]}
    asked = 0
    for index, layer in enumerate(built["layers"]):
        if layer["kind"] in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            asked += 1
            assert layer["scratch_bytes"] > 0
            assert layer["scratch_bytes"] % SCRATCH_A_CHANNEL == 0
            assert blocks[f"scratch:{index}"] == layer["scratch_bytes"]
    assert asked > 2


def test_the_costs_are_those_of_the_linked_image(built: dict[str, Any]) -> None:
    result = built["result"]
    assert result["predicted_flash_bytes"] == pytest.approx(result["flash_bytes"], abs=256)
    assert result["predicted_ram_bytes"] == pytest.approx(result["ram_bytes"], abs=256)


def test_the_result_holds_what_it_was_linked_with(project: Path, built: dict[str, Any]) -> None:
    model = project / "out" / "model"
    kernels = {path.name for path in (model / "kernels").glob("*.c")}
    library = {path.name for path in (model / "cmsis-nn").glob("*.c")}
    assert not any(name.startswith("arm_") for name in kernels)
    assert "arm_softmax_s8.c" in library
    assert "arm_elementwise_mul_s8.c" not in library  # no layer needs it
    assert (model / "include" / "Internal" / "inner.h").is_file()
    done = run(project, "profile", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] == pytest.approx(
        built["result"]["instructions"], rel=0.02
    )


@pytest.mark.parametrize("kind", ["make", "arduino"])
def test_a_project_builds_with_the_library(
    project: Path, built: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    done = run(project, "emit", "--project", kind, "-o", str(tmp_path / "p"))
    assert done.returncode == 0, done.stderr
    if kind == "make":
        made = subprocess.run(["make"], cwd=tmp_path / "p", capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    else:
        assert (tmp_path / "p" / "src" / "Internal" / "inner.h").is_file()


def test_models_of_one_library_share_its_kernels(
    project: Path, built: dict[str, Any], library: Path, tmp_path: Path
) -> None:
    words = ["--bits", "4", "--name", "fine", *WHOLE]
    other = run(
        project, "quantize", "--cmsis-nn", str(library), "-o", str(tmp_path / "fine"), *words
    )
    assert other.returncode == 0, other.stderr
    both = tmp_path / "both"
    done = run(project, "bundle", "out", str(tmp_path / "fine"), "-o", str(both), "--json")
    assert done.returncode == 0, done.stderr
    assert [model["name"] for model in json.loads(done.stdout)["models"]] == ["fine", "model"]
    text = subprocess.run(
        ["arm-none-eabi-nm", "--defined-only", str(both / "firmware.elf")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    theirs = re.findall(r" T (arm_\w+)$", text, re.MULTILINE)
    assert {"arm_convolve_wrapper_s4", "arm_softmax_s8"} <= set(theirs)
    assert len(set(theirs)) == len(theirs)
    # One that links the library and one that does not: types and kernels are not the same.
    own = run(project, "quantize", "-o", str(tmp_path / "own"), "--name", "own", *WHOLE)
    assert own.returncode == 0, own.stderr
    mixed = run(project, "bundle", "out", str(tmp_path / "own"), "-o", str(tmp_path / "mixed"))
    assert mixed.returncode == 2
    assert "different kernels" in mixed.stderr


def test_a_compiled_library_is_linked_as_it_is(project: Path, tmp_path: Path) -> None:
    compiled = compile_standin(write_standin(tmp_path / "lib"), "cortex-m7")
    output = tmp_path / "out"
    # Naming the library is wanting it.
    words = ["--cmsis-nn", str(compiled), "--bits", "4", "-o", str(output), "--json", *WHOLE]
    done = run(project, "quantize", "--weights-per", "tensor", *words)
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    assert manifest["verification"]["equal_device"] is True
    functions = {layer["function"] for layer in manifest["layers"]}
    assert {"arm_convolve_wrapper_s4", "arm_fully_connected_s4"} <= functions
    result = manifest["result"]
    assert result["predicted_flash_bytes"] == pytest.approx(result["flash_bytes"], abs=256)
    assert manifest["device"]["stack_high_water"] <= result["stack_bytes"]
    assert (output / "model" / "cmsis-nn" / "libcmsis-nn.a").is_file()
    assert run(project, "profile", str(output)).returncode == 0
    emitted = run(project, "emit", str(output), "--project", "make", "-o", str(tmp_path / "make"))
    assert emitted.returncode == 0, emitted.stderr
    made = subprocess.run(["make"], cwd=tmp_path / "make", capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert run(project, "emit", str(output), "--project", "zephyr").returncode == 2


def test_what_the_library_has_not_stays_with_mcuq(project: Path, tmp_path: Path) -> None:
    missing = ("arm_depthwise_conv_wrapper_s4", "arm_softmax_s8")
    library = write_standin(tmp_path / "lib", without=missing)
    words = ["--cmsis-nn", str(library), "--bits", "4", "-o", str(tmp_path / "out"), "--json"]
    done = run(project, "quantize", *words, *WHOLE)
    assert done.returncode == 0, done.stderr
    layers = json.loads(done.stdout)["layers"]
    own = {layer["kind"]: layer["function"] for layer in layers if layer["library"] == "mcuq"}
    assert own["DEPTHWISE_CONV_2D"].startswith("mcuq_depthwise")
    assert own["SOFTMAX"] == "mcuq_softmax_s8"
    assert any(layer["library"] == "cmsis-nn" for layer in layers)


DENSE_FROM_SUMS = """\
#include "arm_nnfunctions.h"
#include "mcuq_arith.h"

arm_cmsis_nn_status arm_fully_connected_s8(const cmsis_nn_context *ctx,
    const cmsis_nn_fc_params *fc_params, const cmsis_nn_per_tensor_quant_params *quant_params,
    const cmsis_nn_dims *input_dims, const int8_t *input_data, const cmsis_nn_dims *filter_dims,
    const int8_t *filter_data, const cmsis_nn_dims *bias_dims, const int32_t *bias_data,
    const cmsis_nn_dims *output_dims, int8_t *output_data)
{
    for (int32_t c = 0; c < output_dims->c; c++) {
        int32_t sum = ((const int32_t *)ctx->buf)[c];
        for (int32_t k = 0; k < filter_dims->n; k++) {
            sum += input_data[k] * filter_data[c * filter_dims->n + k];
        }
        sum = mcuq_requantize(sum, quant_params->multiplier, quant_params->shift);
        output_data[c] = (int8_t)mcuq_clamp(sum + fc_params->output_offset,
            fc_params->activation.min, fc_params->activation.max);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
"""
"""A dense layer as CMSIS-NN's vector code has it: offsets and biases are in the context's sums."""


@pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed")
def test_dense_layers_for_the_vector_extension_get_their_sums(
    project: Path, tmp_path: Path
) -> None:
    def with_sums(name: str, text: str) -> str:
        if name == "arm_fully_connected_s8_get_buffer_size.c":
            return text.replace(f"{SCRATCH_A_CHANNEL} *", "(int32_t)sizeof(int32_t) *")
        return DENSE_FROM_SUMS if name == "arm_fully_connected_s8.c" else text

    library = write_standin(tmp_path / "lib", with_sums)
    words = ["--board", "mps3-an547", "--cmsis-nn", str(library), "-o", str(tmp_path / "out")]
    # CMSIS-NN's plain form, which alone has sums, takes one scale a filter.
    done = run(project, "quantize", *words, "--weights-per", "tensor", "--json", *WHOLE)
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    layers = [x for x in manifest["layers"] if x["function"] == "arm_fully_connected_s8"]
    assert layers
    assert all(layer["scratch_bytes"] == 0 for layer in layers)
    assert manifest["verification"]["equal_device"] is True
    assert "sums_" in (tmp_path / "out" / "model" / "model.c").read_text()


def test_a_layer_with_other_bytes_is_named(project: Path, tmp_path: Path) -> None:
    def off_by_one(name: str, text: str) -> str:
        if name != "arm_depthwise_conv_wrapper_s8.c":
            return text
        head, _, tail = text.rpartition("return mcuq_depthwise_conv_s8(")
        return f"{head}const arm_cmsis_nn_status status = mcuq_depthwise_conv_s8({tail}".replace(
            "output_data);\n}", "output_data);\n    output_data[0] ^= 0x40;\n    return status;\n}"
        )

    library = write_standin(tmp_path / "lib", off_by_one)
    output = tmp_path / "out"
    done = run(project, "quantize", "--cmsis-nn", str(library), "-o", str(output), *WHOLE)
    assert done.returncode == 5
    first = done.stderr.splitlines()
    cause = next(line for line in first if line.startswith("error:"))
    assert "arm_depthwise_conv_wrapper_s8" in cause
    assert "DEPTHWISE_CONV_2D '" in cause
    assert not output.exists()


@pytest.mark.parametrize("damage", ["folder", "header", "code", "syntax", "undefined", "unnamed"])
def test_a_library_that_cannot_be_used_is_one_line(
    project: Path, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "lib"
    if damage not in ("folder", "unnamed"):
        write_standin(folder)
    source = folder / "Source" / "softmax" / "arm_softmax_s8.c"
    code, cause = 3, str(folder)
    if damage == "header":
        (folder / "Include" / "arm_nnfunctions.h").unlink()
    elif damage == "code":
        shutil.rmtree(folder / "Source")
    elif damage == "syntax":
        source.write_text(source.read_text() + "oops\n")
        code, cause = 5, "arm_softmax_s8.c"
    elif damage == "undefined":
        calls = "{\n    extern void gone(void);\n    gone();\n"
        parts = re.split(r"(?<=\barm_softmax_s8)(\([^)]*\)\n)\{\n", source.read_text())
        source.write_text(f"{parts[0]}{parts[1]}{calls}{parts[2]}")
        code, cause = 5, "gone"
    elif damage == "unnamed":
        code, cause = 2, "--kernels cmsis-nn needs the library"
    words = [] if damage == "unnamed" else ["--cmsis-nn", str(folder)]
    output = tmp_path / "out"
    done = run(project, "quantize", "--kernels", "cmsis-nn", *words, "-o", str(output), *WHOLE)
    assert done.returncode == code, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert cause in errors[0]
    assert not output.exists()
