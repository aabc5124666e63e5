"""Two models in one application, with each build tool, as `test_projects` does it for one."""

from __future__ import annotations

import configparser
import json
import re
import shutil
from pathlib import Path

import pytest
from serial_line import run, said_by

from mcuq.compiler.toolchain import core_flags
from mcuq.errors import InputError
from mcuq.integrate import KINDS, write_project
from mcuq.integrate.built import load_built

pytestmark = [pytest.mark.slow, pytest.mark.arm]
BOTH = r"Fine: ok, \d+ ticks\r\ncoarse: ok, \d+ ticks\r\n"


def needs_cmake() -> None:
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed (apt-get install cmake)")


def test_cmake_builds_both_and_runs(several: Path, tmp_path: Path) -> None:
    needs_cmake()
    write_project("cmake", several, tmp_path / "p")
    run(tmp_path / "p", "cmake", "-B", "build", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake")
    run(tmp_path / "p", "cmake", "--build", "build")
    assert re.fullmatch(BOTH, said_by(tmp_path / "p/build/firmware.elf", 2))


def test_make_builds_both_and_runs(several: Path, tmp_path: Path) -> None:
    write_project("make", several, tmp_path / "p")
    run(tmp_path / "p", "make", "-j2")
    assert re.fullmatch(BOTH, said_by(tmp_path / "p/build/firmware.elf", 2))


def test_indices_truth_values_and_states_are_checked(indexed: Path, tmp_path: Path) -> None:
    write_project("make", indexed, tmp_path / "p")
    run(tmp_path / "p", "make", "-j2")
    told = said_by(tmp_path / "p/build/firmware.elf", 2)
    assert re.fullmatch(r"rows: ok, \d+ ticks\r\nstream: ok, \d+ ticks\r\n", told)
    header = (tmp_path / "p/stream_check.h").read_text()
    assert "    stream_reset();\n" in header
    write_project("tflm", indexed, tmp_path / "tflm")
    readme = (tmp_path / "tflm" / "README.md").read_text()
    assert "MicroResourceVariables::Create(allocator, 4)" in readme
    assert readme.count("keeps states") == 1 and "kStreamArenaBytes);" in readme


def test_two_results_side_by_side_in_a_cmake_project(
    named: tuple[Path, Path], tmp_path: Path
) -> None:
    """Without `mcuq bundle`: each is a library of its own, the linker takes each kernel once."""
    needs_cmake()
    folder = tmp_path / "p"
    write_project("cmake", named[0], folder)
    other = tmp_path / "other"
    write_project("cmake", named[1], other)
    shutil.copytree(other / "model", folder / "second")
    shutil.copy(other / "Fine_check.h", folder)
    lists = folder / "CMakeLists.txt"
    text = lists.read_text().replace("PRIVATE coarse c gcc", "PRIVATE coarse Fine c gcc")
    lists.write_text(
        text.replace("add_subdirectory(model)", "add_subdirectory(model)\nadd_subdirectory(second)")
    )
    main = folder / "main.c"
    text = main.read_text().replace(
        '#include "coarse.h"', '#include "coarse.h"\n#include "Fine.h"\n#include "Fine_check.h"'
    )
    main.write_text(
        text.replace(
            '        check("coarse"', '        check("Fine", Fine_check);\n        check("coarse"'
        )
    )
    run(folder, "cmake", "-B", "build", "-DCMAKE_TOOLCHAIN_FILE=arm-none-eabi.cmake")
    run(folder, "cmake", "--build", "build")
    assert re.fullmatch(BOTH, said_by(folder / "build/firmware.elf", 2))


def test_a_named_result_by_itself(named: tuple[Path, Path], tmp_path: Path) -> None:
    write_project("make", named[1], tmp_path / "p")
    run(tmp_path / "p", "make", "-j2")
    assert re.fullmatch(r"Fine: ok, \d+ ticks\r\n", said_by(tmp_path / "p/build/firmware.elf"))


def test_zephyr_has_one_module_of_both(several: Path, tmp_path: Path) -> None:
    write_project("zephyr", several, tmp_path / "p")
    folder = tmp_path / "p"
    assert (folder / "model/zephyr/module.yml").read_text() == "name: models\nbuild:\n  cmake: .\n"
    lists = (folder / "model/CMakeLists.txt").read_text()
    assert "zephyr_library_named(models)" in lists
    listed = re.findall(r"^    (\S+\.c)$", lists, re.M)
    assert {"Fine.c", "coarse.c", "mcuq_arena.c"} <= set(listed)
    assert all((folder / "model" / name).is_file() for name in listed)
    sample = (folder / "sample.yaml").read_text()
    assert "type: multi_line" in sample
    assert '- "Fine: ok"' in sample and '- "coarse: ok"' in sample


def test_platformio_has_one_library_of_both(several: Path, tmp_path: Path) -> None:
    write_project("platformio", several, tmp_path / "p")
    folder = tmp_path / "p"
    library = json.loads((folder / "lib/models/library.json").read_text())
    assert library["name"] == "models"
    assert library["headers"] == ["Fine.h", "coarse.h"]
    assert all((folder / "lib/models/src" / name).is_file() for name in library["headers"])
    ini = configparser.ConfigParser()
    ini.read(folder / "platformio.ini")
    assert "-Ilib/models/src" in ini["env:board"]["build_flags"]


def test_arduino_compiles_both(several: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write_project("arduino", several, folder)
    assert (folder / "src" / "mcuq_Fine_coarse.h").is_file()
    flags = [*core_flags("cortex-m4"), "-std=gnu11", "-Os", "-Werror", "-Isrc", "-c", "-o", "x.o"]
    for source in sorted((folder / "src").glob("*.c")):
        run(folder, "arm-none-eabi-gcc", *flags, str(source.relative_to(folder)))
    sketch = (folder / "examples/Check/Check.ino").read_text()
    (folder / "sketch.cpp").write_text(
        "#include <stdint.h>\n"
        "struct { void begin(int); template <class T> void print(T); "
        "template <class T> void println(T); } Serial;\n"
        "uint32_t micros(); void delay(int);\n" + sketch
    )
    flags = [*core_flags("cortex-m4"), "-std=gnu++17", "-Wall", "-Werror", "-Isrc"]
    run(folder, "arm-none-eabi-g++", *flags, "-fsyntax-only", "sketch.cpp")


def test_cubeide_names_every_source_and_adds_both_checks(several: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write_project("stm32cubeide", several, folder)
    settings = (folder / ".extSettings").read_text()
    assert all(f"model/{name}" in settings for name in load_built(several).sources)
    place = folder / "Middlewares/mcuq"
    includes = [f"-I{folder / 'Core/Inc'}", f"-I{place}", f"-I{place / 'model'}"]
    includes.append(f"-I{place / 'model/include'}")
    flags = [*core_flags("cortex-m7"), "-std=c11", "-Wall", "-Wextra", "-Werror", *includes]
    run(folder, "arm-none-eabi-gcc", *flags, "-c", "Core/Src/app_model.c", "-o", "app.o")
    assert "Fine_check() + coarse_check()" in (folder / "Core/Src/app_model.c").read_text()


def test_tflm_has_a_resolver_and_an_array_for_each(several: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write_project("tflm", several, folder)
    for word, type_ in (("Fine", "Fine"), ("coarse", "Coarse")):
        header = (folder / f"{word}_resolver.h").read_text()
        assert f"constexpr int k{type_}ArenaBytes" in header
        assert f"#ifndef {word.upper()}_RESOLVER_H_" in header
        data = (folder / f"{word}_data.cc").read_text()
        found = bytes(int(x, 16) for x in re.findall(r"0x([0-9a-f]{2})", data))
        assert found == (folder / f"{word}.tflite").read_bytes()
        assert f"g_{word}_data[]" in data


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_project_is_filled_in_and_reproducible(
    several: Path, tmp_path: Path, kind: str
) -> None:
    files = write_project(kind, several, tmp_path / "a")
    assert write_project(kind, several, tmp_path / "b") == files
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        if file.suffix in {".md", ".txt", ".ini", ".h", ".c", ".ino", ".yaml", ".yml"}:
            assert not re.search(r"@[a-z{]", (tmp_path / "a" / file).read_text()), file


def test_a_bundle_that_is_not_complete(several: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(several, tmp_path / "copy"))
    (copy / "Fine.tflite").unlink()
    with pytest.raises(InputError, match=r"Fine\.tflite: no such file"):
        write_project("make", copy, tmp_path / "p")
    copy = Path(shutil.copytree(several, tmp_path / "other"))
    (copy / "model" / "coarse.c").unlink()
    with pytest.raises(InputError, match=r"coarse\.c is missing"):
        write_project("make", copy, tmp_path / "p")
