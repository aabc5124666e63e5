"""The library in the place of CMSIS-NN is whole, and what a program does not call costs nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mcuq.emit.c.library import write_library
from mcuq.resources import firmware_dir

SCRIPT = Path(__file__).parents[2] / "scripts" / "write_kernels.py"
FUNCTIONS, SIZES = 63, 46
"""Of arm_nnfunctions.h: integer functions, and those that tell their scratch."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("arm")
    subprocess.run([sys.executable, str(SCRIPT), "--cmsis-nn", str(folder)], check=True)
    return folder


def declared(library: Path) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in (library / "Include").glob("*.h")]
    return re.findall(r"^(?:arm_cmsis_nn_status|int32_t|void) (arm_\w+)\(", "\n".join(texts), re.M)


def test_every_function_is_declared_once_and_has_a_file(library: Path) -> None:
    names = declared(library)
    sizes = [name for name in names if "buffer_size" in name]
    assert (len(names) - len(sizes), len(sizes)) == (FUNCTIONS, SIZES)
    assert len(set(names)) == len(names)
    files = {path.stem for path in (library / "Source").glob("arm_*.c")}
    assert files == set(names)


def test_it_is_written_where_it_lies(library: Path, tmp_path: Path) -> None:
    files = write_library(firmware_dir(), tmp_path / "lib")
    assert {path.relative_to(tmp_path / "lib") for path in files} == {
        path.relative_to(library) for path in library.rglob("*") if path.is_file()
    }


def test_its_header_is_cplusplus_too(library: Path, tmp_path: Path) -> None:
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    source = tmp_path / "user.cpp"
    source.write_text('#include "arm_nnfunctions.h"\nvoid f(int8_t *x) { arm_relu_q7(x, 1); }\n')
    words = [compiler, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{library / 'Include'}"]
    subprocess.run([*words, str(source)], check=True)


@pytest.mark.arm
@pytest.mark.slow
def test_what_is_not_called_is_not_linked(library: Path, tmp_path: Path) -> None:
    flags = ["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Wextra", "-Werror"]
    flags += [f"-I{library / name}" for name in ("Include", "Source")]
    sources = sorted(map(str, (library / "Source").glob("*.c")))
    subprocess.run(["arm-none-eabi-gcc", *flags, "-c", *sources], cwd=tmp_path, check=True)
    objects = sorted(path.name for path in tmp_path.glob("*.o"))
    subprocess.run(["arm-none-eabi-ar", "rcs", "lib.a", *objects], cwd=tmp_path, check=True)
    (tmp_path / "user.c").write_text(
        '#include "arm_nnfunctions.h"\n'
        "int _start(int8_t *x) { arm_relu_q7(x, 1); arm_reshape_s8(x, x, 0);"
        " return arm_avgpool_s8_get_buffer_size(1, 1); }\n"
    )
    words = ["arm-none-eabi-gcc", *flags, "user.c", "lib.a", "-nostartfiles", "-o", "user.elf"]
    subprocess.run(words, cwd=tmp_path, check=True)
    table = subprocess.run(
        ["arm-none-eabi-nm", "--defined-only", "user.elf"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    linked = set(re.findall(r" [TtDdBbRr] ((?:arm|mcuq)_\w+)$", table, re.M))
    assert linked == {"arm_relu_q7", "arm_reshape_s8", "arm_avgpool_s8_get_buffer_size"}
