"""Emitted projects in one program: with CMSIS-NN, with one another, with other kernels."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from named_models import emitted

from mcuq.compiler.toolchain import core_flags
from mcuq.emit.c.kernels import kernel_texts, version_symbol
from mcuq.lower.interface import INTERFACE, library_name
from mcuq.resources import firmware_dir

pytestmark = pytest.mark.arm
FLAGS = [*core_flags("cortex-m7"), "-O1", "-std=c11", "-Wall", "-Wextra", "-Werror"]
_CALLER = """\
{includes}
int main(void)
{{
{calls}
    return 0;
}}
void _exit(int code) {{ (void)code; for (;;) {{ }} }}
"""


def compiled(folder: Path, sources: list[Path], includes: list[Path]) -> list[Path]:
    """Objects, in a folder of their own."""
    folder.mkdir(parents=True)
    objects = []
    for source in sources:
        objects.append(folder / f"{source.stem}.o")
        command = ["arm-none-eabi-gcc", *FLAGS, "-ffunction-sections", "-fdata-sections"]
        command += [f"-I{path}" for path in includes]
        subprocess.run([*command, "-c", str(source), "-o", str(objects[-1])], check=True)
    return objects


def project_objects(project: Path) -> list[Path]:
    includes = [project, project / "include", project / "kernels"]
    return compiled(project.with_name(f"{project.name}-o"), [*project.rglob("*.c")], includes)


def archive(path: Path, objects: list[Path]) -> Path:
    subprocess.run(["arm-none-eabi-ar", "rcs", str(path), *map(str, objects)], check=True)
    return path


def caller(folder: Path, words: list[str]) -> Path:
    """An object that runs the models."""
    source = folder / "main.c"
    source.write_text(
        _CALLER.format(
            includes="\n".join(f'#include "{word}.h"' for word in words),
            calls="\n".join(f"    {word}_run();" for word in words),
        )
    )
    includes = [folder / word for word in words] + [folder / words[0] / "include"]
    return compiled(folder / "main", [source], includes)[0]


def link(folder: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    command = ["arm-none-eabi-gcc", *core_flags("cortex-m7"), "-nostartfiles", "-Wl,-e,main"]
    command += ["-Wl,--gc-sections", *map(str, files), "-o", str(folder / "program.elf")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def symbols(path: Path) -> dict[str, int]:
    """Global symbols that a file defines → how often."""
    text = subprocess.run(
        ["arm-none-eabi-nm", "--defined-only", "-g", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, int] = {}
    for line in text.splitlines():
        if len(words := line.split()) == 3:
            found[words[2]] = found.get(words[2], 0) + 1
    return found


def stub_of_cmsis_nn(folder: Path) -> list[Path]:
    """A library that defines every function whose interface mcuq has, and traps in each."""
    text = (firmware_dir() / "include" / "mcuq_nnfunctions.h").read_text(encoding="utf-8")
    declared = re.findall(r"\bmcuq_(\w+)\(", text)
    names = {*(library_name(ours) for ours in INTERFACE), *(f"arm_{name}" for name in declared)}
    assert len(names) > len(INTERFACE)
    source = folder / "stub.c"
    source.write_text(
        "".join(
            f"int {name}(void);\nint {name}(void) {{ for (;;) {{ }} }}\n" for name in names if name
        )
    )
    return compiled(folder / "stub", [source], [])


def test_a_project_links_with_cmsis_nn_and_defines_none_of_its_names(tmp_path: Path) -> None:
    objects = project_objects(emitted(tmp_path, "faces"))
    main, stub = caller(tmp_path, ["faces"]), stub_of_cmsis_nn(tmp_path)
    # Objects, not an archive: each is linked whatever it defines, so that a clash is an error.
    done = link(tmp_path, main, *objects, *stub)
    assert done.returncode == 0, done.stderr
    ours = {name for path in objects for name in symbols(path)}
    assert not [name for name in ours if name.startswith("arm_")]
    assert all(name.startswith(("mcuq_", "faces_")) for name in ours)
    kept = symbols(tmp_path / "program.elf")
    assert not [name for name in kept if name.startswith("arm_")], "none is called"
    assert {"faces_run", "mcuq_avgpool_s8"} <= set(kept)


def test_two_projects_link_and_share_their_kernels(tmp_path: Path) -> None:
    words = ["faces", "wake_word"]
    projects = [emitted(tmp_path, word, outputs=3 + i) for i, word in enumerate(words)]
    libraries = [archive(tmp_path / f"lib{p.name}.a", project_objects(p)) for p in projects]
    done = link(tmp_path, caller(tmp_path, words), *libraries)
    assert done.returncode == 0, done.stderr
    kept = symbols(tmp_path / "program.elf")
    assert {"faces_run", "wake_word_run", "mcuq_conv_s8", "mcuq_avgpool_s8"} <= set(kept)
    assert set(kept.values()) == {1}


def test_kernels_of_two_versions_do_not_link(tmp_path: Path) -> None:
    words = ["faces", "wake_word"]
    projects = [emitted(tmp_path, word, outputs=3 + i) for i, word in enumerate(words)]
    for path in (projects[1] / "wake_word.c", projects[1] / "kernels" / "mcuq_kernels.c"):
        text = path.read_text()
        path.write_text(re.sub(r"mcuq_kernels_[0-9a-f]{12}", "mcuq_kernels_0123456789ab", text))
    libraries = [archive(tmp_path / f"lib{p.name}.a", project_objects(p)) for p in projects]
    done = link(tmp_path, caller(tmp_path, words), *libraries)
    assert done.returncode != 0
    assert "multiple definition of `mcuq_kernels_of_one_version'" in done.stderr


def test_the_version_changes_with_any_kernel_or_header(tmp_path: Path) -> None:
    first = version_symbol(firmware_dir())
    found = {first}
    for number, name in enumerate(("kernels/mcuq_lut_s8.c", "include/mcuq_arith.h")):
        copy = tmp_path / str(number)
        shutil.copytree(firmware_dir(), copy)
        with (copy / name).open("a") as stream:
            stream.write("/* changed */\n")
        found.add(version_symbol(copy))
    kernel_texts.cache_clear()
    assert len(found) == 3
