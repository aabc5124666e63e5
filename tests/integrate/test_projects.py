"""Projects: complete, by their tools' published rules, and built and run where we can."""

from __future__ import annotations

import configparser
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from serial_line import run, said_by

from mcuq.bundle.samples import StoredInput
from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.names import Names
from mcuq.errors import InputError, UsageError
from mcuq.integrate import KINDS, write_project
from mcuq.integrate.arduino import library_name
from mcuq.integrate.built import Built, BuiltModel, load_built, pattern
from mcuq.integrate.tflm import write_tflm
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scheme import Scheme
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.resources import example_dir

pytestmark = [pytest.mark.slow, pytest.mark.arm]


def test_cmake_builds_without_mcuq_and_runs(result: Path, tmp_path: Path) -> None:
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed (apt-get install cmake)")
    write_project("cmake", result, tmp_path / "p")
    run(tmp_path / "p", "cmake", "-B", "build", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake")
    run(tmp_path / "p", "cmake", "--build", "build")
    assert re.fullmatch(r"model: ok, \d+ ticks\r\n", said_by(tmp_path / "p/build/firmware.elf"))
    assert (tmp_path / "p/build/firmware.bin").stat().st_size > 10_000


@pytest.mark.parametrize("scheme", [Scheme(io="float32"), Scheme(activation_bits=16)], ids=str)
def test_make_builds_models_of_other_inputs(scheme: Scheme, tmp_path: Path) -> None:
    """float32 and int16 inputs are filled and compared as they are."""
    digits = example_dir("digits")
    publish(
        BuildRequest(
            model=digits / "digits_float32.tflite",
            board="stm32f746",
            calibration=digits / "calibration.npz",
            output=tmp_path / "out",
            fixed=WeightChoice(8),
            device_samples=1,
            scheme=scheme,
        )
    )
    write_project("make", tmp_path / "out", tmp_path / "p")
    run(tmp_path / "p", "make")
    assert re.fullmatch(r"model: ok, \d+ ticks\r\n", said_by(tmp_path / "p/build/firmware.elf"))


def test_make_builds_and_a_changed_weight_is_noticed(result: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write_project("make", result, folder)
    run(folder, "make", "-j2")
    assert said_by(folder / "build/firmware.elf").startswith("model: ok")
    check = folder / "model_check.h"
    text = check.read_text()
    first = re.search(r"\{\n    (-?\d+),", text)
    assert first is not None
    check.write_text(text.replace(first[0], "{\n    77,", 1))
    run(folder, "make")
    assert said_by(folder / "build/firmware.elf").startswith("model: WRONG OUTPUTS")


def test_cpp_callers_compile(result: Path, tmp_path: Path) -> None:
    write_project("make", result, tmp_path / "p")
    (tmp_path / "caller.cpp").write_text(
        '#include "model.h"\n#include "model_check.h"\n'
        'static_assert(MODEL_INPUT_0_BYTES == 64, "");\n'
        "uint32_t check() { model_init(); return model_check(); }\n"
    )
    includes = ["-Ip", "-Ip/model", "-Ip/model/include"]
    flags = [*core_flags("cortex-m7"), "-std=c++17", "-Wall", "-Wextra", "-Werror", *includes]
    run(tmp_path, "arm-none-eabi-g++", *flags, "-c", "caller.cpp", "-o", "caller.o")


def test_zephyr_layout(result: Path, tmp_path: Path) -> None:
    """Application: CMakeLists.txt, prj.conf, src; module: zephyr/module.yml with build.cmake."""
    folder = tmp_path / "p"
    write_project("zephyr", result, folder)
    assert "find_package(Zephyr REQUIRED" in (folder / "CMakeLists.txt").read_text()
    for line in (folder / "prj.conf").read_text().splitlines():
        assert re.fullmatch(r"CONFIG_[A-Z0-9_]+=\S+", line)
    assert (folder / "model/zephyr/module.yml").read_text() == "name: model\nbuild:\n  cmake: .\n"
    listed = re.findall(r"^    (\S+\.c)$", (folder / "model/CMakeLists.txt").read_text(), re.M)
    assert sorted(listed) == sorted(load_built(result).sources)
    assert all((folder / "model" / name).is_file() for name in listed)
    sample = (folder / "sample.yaml").read_text()
    assert "platform_allow: stm32f746g_disco mps2/an521/cpu0\n" in sample
    assert (folder / "src/main.c").is_file()


def test_zephyrs_module_compiles_for_the_emulated_board(result: Path, tmp_path: Path) -> None:
    """Of another core than the result was built for."""
    write_project("zephyr", result, tmp_path / "p")
    flags = [*core_flags("cortex-m33"), "-std=c11", "-Os", "-Wall", "-Wextra", "-Werror", "-c"]
    module = tmp_path / "p" / "model"
    for source in load_built(result).sources:
        run(module, "arm-none-eabi-gcc", *flags, "-I.", "-Iinclude", "-Ikernels", source)


def test_platformio_layout(result: Path, tmp_path: Path) -> None:
    """platformio.ini with an [env:]; library.json with the fields its schema requires."""
    folder = tmp_path / "p"
    write_project("platformio", result, folder)
    ini = configparser.ConfigParser()
    ini.read(folder / "platformio.ini")
    assert dict(ini["env:board"])["board"] == "disco_f746ng"
    assert {"platform", "board", "framework"} <= set(ini["env:board"])
    library = json.loads((folder / "lib/model/library.json").read_text())
    assert re.fullmatch(r"[^:/;@<>]{1,100}", library["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", library["version"])
    assert library["description"]
    assert (folder / "lib/model/src" / library["headers"]).is_file()


def test_arduino_library(result: Path, tmp_path: Path) -> None:
    """The library specification 1.5: required fields, the name's alphabet, flat src/, examples."""
    folder = tmp_path / "p"
    write_project("arduino", result, folder)
    lines = (folder / "library.properties").read_text().splitlines()
    fields = dict(line.split("=", 1) for line in lines)
    required = {
        "name",
        "version",
        "author",
        "maintainer",
        "sentence",
        "paragraph",
        "category",
        "url",
        "architectures",
    }
    assert required <= set(fields)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,62}", fields["name"])
    assert fields["category"] == "Data Processing"
    assert (folder / "src" / fields["includes"]).is_file()
    assert (folder / "examples/Check/Check.ino").read_text().startswith("#include <")
    assert not [path for path in (folder / "src").iterdir() if path.is_dir()]
    # As the builder does: every file by itself, src/ the only include path.
    flags = [*core_flags("cortex-m4"), "-std=gnu11", "-Os", "-Werror", "-Isrc", "-c", "-o", "x.o"]
    for source in sorted((folder / "src").glob("*.c")):
        run(folder, "arm-none-eabi-gcc", *flags, str(source.relative_to(folder)))


@pytest.mark.parametrize(
    ("words", "file", "name"),
    [
        (["model"], "digits_float32.tflite", "mcuq_digits_float32"),
        (["model"], "ü!.tflite", "mcuq_model"),
        (["faces"], "digits_float32.tflite", "mcuq_faces"),
        (["a", "b"], "digits_float32.tflite", "mcuq_a_b"),
    ],
)
def test_arduino_names(words: list[str], file: str, name: str) -> None:
    models = tuple(BuiltModel(Names(word), file, b"", (), (), (), "") for word in words)
    assert library_name(Built(Path("out"), "stm32f746", 0, models)) == name


def test_cubeide_settings_name_every_source(result: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write_project("stm32cubeide", result, folder)
    settings = configparser.ConfigParser()
    settings.optionxform = str  # type: ignore[assignment,method-assign]  # keys are paths
    settings.read(folder / ".extSettings")
    paths = settings["Groups"]["Middlewares/mcuq"].split(";")
    assert len(paths) == len(load_built(result).sources)
    assert all((folder / path).is_file() for path in paths)
    assert all((folder / p).is_dir() for p in settings["ProjectFiles"]["HeaderPath"].split(";"))


def test_tflm_resolver_names_the_operators_and_an_arena_that_is_enough(
    result: Path, tmp_path: Path
) -> None:
    from tflite_micro.python.tflite_micro import runtime

    folder = tmp_path / "p"
    write_project("tflm", result, folder)
    header = (folder / "model_resolver.h").read_text()
    adds = re.findall(r"resolver\.(Add\w+)\(\);", header)
    assert "AddConv2D" in adds and "AddSoftmax" in adds and "AddReshape" in adds
    assert f"MicroMutableOpResolver<{len(adds)}>" in header
    found = re.search(r"kModelArenaBytes = (\d+);", header)
    assert found is not None
    flatbuffer = (folder / "model.tflite").read_bytes()
    runtime.Interpreter.from_bytes(flatbuffer, arena_size=int(found[1])).invoke()
    data = (folder / "model_data.cc").read_text()
    assert bytes(int(x, 16) for x in re.findall(r"0x([0-9a-f]{2})", data)) == flatbuffer


def test_tflm_resolver_registers_conversions(result: Path, tmp_path: Path) -> None:
    built = load_built(result)
    (model,) = built.models
    kinds = ("DEQUANTIZE", *model.kinds, "QUANTIZE")
    write_tflm(replace(built, models=(replace(model, kinds=kinds),)), tmp_path)
    header = (tmp_path / "model_resolver.h").read_text()
    assert "resolver.AddQuantize();" in header and "resolver.AddDequantize();" in header
    assert f"MicroMutableOpResolver<{len(kinds)}>" in header


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_project_has_a_short_readme_and_is_reproducible(
    result: Path, tmp_path: Path, kind: str
) -> None:
    files = write_project(kind, result, tmp_path / "a")
    assert write_project(kind, result, tmp_path / "b") == files
    assert write_project(kind, result, tmp_path / "a") == files
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        if file.suffix in {".md", ".txt", ".ini", ".h"} and file.name != "model_data.cc":
            assert not re.search(r"@[a-z]", (tmp_path / "a" / file).read_text()), file
    assert len((tmp_path / "a" / "README.md").read_text().splitlines()) <= 18


def test_mistakes(result: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bazel is not known"):
        write_project("bazel", result, tmp_path / "p")
    with pytest.raises(InputError, match="no such file"):
        write_project("make", tmp_path, tmp_path / "p")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "main.c").write_text("int main;")
    with pytest.raises(InputError, match="did not write"):
        write_project("make", result, tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_pattern_is_the_one_of_the_c_code() -> None:
    wanted = [(i * 37 + 11) % 256 for i in range(300)]
    assert np.array_equal(pattern(StoredInput(np.dtype(np.int8), 300)).view(np.uint8), wanted)
