"""Several results in one image: kernels once, arenas apart or shared, every byte as before."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from flipped_image import flipped

from mcuq.bundle import bundle_models
from mcuq.bundle.store import read_bundle
from mcuq.cli.main import main
from mcuq.errors import BudgetError, InputError, UsageError
from mcuq.report.store import read_manifest
from mcuq.resources import example_dir
from mcuq.result.bundle import ArenaUse, Bundle
from mcuq.safety import Safety
from mcuq.tflite.micro import run_micro
from mcuq_hil import Session, load_board, open_session
from mcuq_hil.bench import boot_emulator
from mcuq_hil.errors import DamagedConstantsError

pytestmark = [pytest.mark.slow, pytest.mark.arm]


@pytest.fixture(scope="module")
def joined(
    faces: Path, keywords: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[ArenaUse, Path]:
    """Both kinds of bundle, in the other order of their names."""
    found: dict[ArenaUse, Path] = {}
    uses: tuple[ArenaUse, ...] = ("separate", "shared")
    for arena in uses:
        found[arena] = tmp_path_factory.mktemp(arena) / "out"
        bundle_models([faces, keywords], found[arena], arena=arena)
    return found


def symbols(elf: Path, kinds: str = "bBdDrRtTwW") -> list[tuple[str, int]]:
    """Name and size of everything in the image, or of some of nm's kinds."""
    text = subprocess.run(
        ["arm-none-eabi-nm", "-S", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    lines = [words for words in map(str.split, text.splitlines()) if len(words) == 4]
    return [(words[3], int(words[1], 16)) for words in lines if words[2] in kinds]


@pytest.mark.parametrize("arena", ["separate", "shared"])
def test_each_model_gives_its_own_bytes_whatever_ran_before(
    arena: ArenaUse, joined: dict[ArenaUse, Path]
) -> None:
    """On data, in a random order of models: against TensorFlow Lite Micro."""
    folder = joined[arena]
    random = np.random.default_rng(3)
    words = [model.name for model in read_bundle(folder).models]
    assert words == ["faces", "keywords"]
    with np.load(example_dir("digits") / "evaluation.npz") as data:
        images = np.round(data["x"][:12].reshape(12, -1) * 16) - 128
    sounds = random.integers(-128, 128, (12, 490))
    stored = [np.clip(one, -128, 127).astype(np.int8) for one in (images, sounds)]
    expected = [
        run_micro((folder / f"{word}.tflite").read_bytes(), [values])[0]
        for word, values in zip(words, stored, strict=True)
    ]
    with open_session(load_board("stm32f746"), folder / "firmware.elf") as session:
        assert session.ready.models == 2
        assert session.info.model == "faces"
        for sample in range(12):
            for number in random.permutation(2):
                assert session.select(int(number)).model == words[number]
                session.check(
                    [stored[number][sample].tobytes()], [expected[number][sample].tobytes()]
                )
        session.reset()
        assert session.info.model == "faces", "a new session begins with the first"


def test_figures_are_those_of_the_image(
    joined: dict[ArenaUse, Path], faces: Path, keywords: Path
) -> None:
    alone = [read_manifest(folder).result for folder in (faces, keywords)]
    separate, shared = (read_bundle(joined[arena]) for arena in ("separate", "shared"))
    arenas = [one.arena_bytes for one in alone]
    for made, folder in ((separate, joined["separate"]), (shared, joined["shared"])):
        assert made.result.flash_bytes == (folder / "firmware.bin").stat().st_size
        assert made.result.alone_flash_bytes == sum(one.flash_bytes for one in alone)
        own = made.result.kernel_bytes + sum(model.flash_bytes for model in made.models)
        assert own < made.result.flash_bytes < own + 10_000
        assert [model.alone_ram_bytes for model in made.models] == [one.ram_bytes for one in alone]
        assert all(0 < m.arena_high_water <= m.arena_bytes for m in made.models)
        assert 0 < (made.device.stack_high_water or 0) <= made.result.stack_bytes
    assert separate.result.arena_bytes == sum(arenas)
    assert separate.result.saved_arena_bytes == 0
    assert shared.result.arena_bytes == max(arenas)
    assert shared.result.saved_arena_bytes == min(arenas)
    spared = separate.result.ram_bytes - shared.result.ram_bytes
    assert abs(spared - min(arenas)) < 16
    # What the runner and kernels took twice, they take once.
    assert shared.result.flash_bytes < shared.result.alone_flash_bytes
    assert 0 < shared.result.saved_kernel_bytes < shared.result.kernel_bytes


@pytest.mark.parametrize("arena", ["separate", "shared"])
def test_everything_is_in_the_image_once(arena: ArenaUse, joined: dict[ArenaUse, Path]) -> None:
    found = symbols(joined[arena] / "firmware.elf")
    kernels = [name for name, _ in found if name.startswith("mcuq_")]
    assert sorted(set(kernels)) == sorted(kernels)
    variables = symbols(joined[arena] / "firmware.elf", "bB")
    arenas = [size for name, size in variables if name == "arena"]
    union = [size for name, size in variables if name == "mcuq_arena"]
    sizes = [model.arena_bytes for model in read_bundle(joined[arena]).models]
    assert sizes[0] != sizes[1]
    assert (sorted(arenas), union) == (
        (sorted(sizes), []) if arena == "separate" else ([], [max(sizes)])
    )


@pytest.mark.parametrize("arena", ["separate", "shared"])
def test_the_bill_of_material_names_each_model(
    arena: ArenaUse, joined: dict[ArenaUse, Path]
) -> None:
    packages = {
        package["name"]: package
        for package in json.loads((joined[arena] / "sbom.spdx.json").read_text())["packages"]
    }
    content = (joined[arena] / "firmware.bin").read_bytes()
    digest = packages["firmware"]["checksums"][0]["checksumValue"]
    assert digest == hashlib.sha256(content).hexdigest()
    assert {"mcuq-runtime", "mcuq-kernels", "model-faces", "model-keywords"} <= set(packages)
    assert "model/faces.c" in packages["model-faces"]["comment"]
    assert packages["model-faces"]["licenseDeclared"] == "NOASSERTION"


def test_what_is_asked_for_is_watched_in_every_model(
    faces: Path, keywords: Path, joined: dict[ArenaUse, Path], tmp_path: Path
) -> None:
    words = ["--watchdog", "1000", "--canaries", "--check-constants", "--stack-guard"]
    assert main(["bundle", str(faces), str(keywords), "-o", str(tmp_path / "out"), *words]) == 0
    plain, watched = read_bundle(joined["separate"]), read_bundle(tmp_path / "out")
    assert [one.counts for one in watched.models] == [one.counts for one in plain.models]
    elf = tmp_path / "out" / "firmware.elf"
    changed = flipped(elf, "mcuq_run", tmp_path / "changed.elf")
    board = load_board("stm32f746")
    with (
        Session(board, changed, boot_emulator(board, changed), unit="instructions") as session,
        pytest.raises(DamagedConstantsError),
    ):
        session.open()


@pytest.mark.parametrize(("arena", "arenas"), [("separate", 2), ("shared", 1)])
def test_every_arena_has_a_canary_on_both_sides(
    arena: ArenaUse, arenas: int, faces: Path, keywords: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    bundle_models([faces, keywords], folder, arena=arena, safety=Safety(canaries=True))
    command = ["arm-none-eabi-nm", str(folder / "firmware.elf")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert len(re.findall(r"__canary_\d+$", told, re.M)) == 2 * arenas


def test_a_shared_arena_is_said_in_the_headers(joined: dict[ArenaUse, Path]) -> None:
    model = joined["shared"] / "model"
    for word, other in (("faces", "keywords"), ("keywords", "faces")):
        assert f"shared with {other}" in (model / f"{word}.h").read_text()
        assert "shared with" not in (joined["separate"] / "model" / f"{word}.h").read_text()
    union = (model / "mcuq_arena.h").read_text()
    assert re.findall(r"int8_t (\w+)\[(\w+)\]", union) == [
        ("faces", "FACES_ARENA_BYTES"),
        ("keywords", "KEYWORDS_ARENA_BYTES"),
    ]


def test_the_same_results_give_the_same_bytes(
    joined: dict[ArenaUse, Path], faces: Path, keywords: Path, tmp_path: Path
) -> None:
    bundle_models([keywords, faces], tmp_path / "again", arena="shared")
    first = joined["shared"]
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    again = sorted(p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*.*"))
    assert [f for f in files if f.suffix] == [
        f for f in again if (tmp_path / "again" / f).is_file()
    ]
    for file in files:
        assert (first / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_the_command_and_the_report_again(
    faces: Path, keywords: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "both"
    words = ["bundle", str(faces), str(keywords), "-o", str(output)]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((output / "bundle.json").read_text())
    page = (output / "report.html").read_text()
    assert "faces, keywords on stm32f746" in page
    (output / "report.html").unlink()
    assert main(["report", str(output)]) == 0
    said = capsys.readouterr().out
    assert "keywords: 32 samples on the emulated stm32f746" in said
    assert "Kernels are there once" in said
    assert (output / "report.html").read_text() == page
    # A bundle is replaced by one, and by nothing else.
    assert main(words) == 0
    assert main(["bundle", str(faces), str(keywords), "-o", str(faces)]) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--flash", "100K"],
            r"takes .* of flash, 100.0 KB are allowed: faces has .* keywords has",
        ),
        (["--ram", "8K"], r"takes .* of RAM, .*--arena shared spares"),
        (["--ram", "4K", "--arena", "shared"], r"takes .* of RAM"),
    ],
)
def test_what_does_not_fit_says_what_takes_how_much(
    words: list[str],
    told: str,
    faces: Path,
    keywords: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out"
    assert main(["bundle", str(faces), str(keywords), "-o", str(output), *words]) == 4
    assert re.search(told, capsys.readouterr().err.replace("\n", " "))
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_board_has(faces: Path, keywords: Path, tmp_path: Path) -> None:
    """The linker says by how much; what takes it is told with it."""
    folders = []
    for folder in (faces, keywords):
        folders.append(Path(shutil.copytree(folder, tmp_path / folder.name)))
        manifest = folders[-1] / "manifest.json"
        content = json.loads(manifest.read_text())
        del content["digest"]
        content["target"]["name"] = "stm32f103c8"
        manifest.write_text(json.dumps(content))
    with pytest.raises(
        BudgetError, match=r"bytes of flash, .* has 65536: faces has .* keywords has"
    ):
        bundle_models(folders, tmp_path / "joined")


def changed(folder: Path, target: Path, name: str) -> Path:
    """A copy whose `name` is another text."""
    shutil.copytree(folder, target)
    with (target / name).open("a") as stream:
        stream.write("/* other */\n")
    return target


def test_what_cannot_be_in_one_image(faces: Path, keywords: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    with pytest.raises(UsageError, match="one result is an image already"):
        bundle_models([faces], output)
    with pytest.raises(UsageError, match="are called faces and faces: their files"):
        bundle_models([faces, keywords, faces], output)
    other = changed(faces, tmp_path / "other", "model/kernels/mcuq_softmax_s8.c")
    with pytest.raises(UsageError, match=r"different kernels: kernels/mcuq_softmax_s8.c differs"):
        bundle_models([other, keywords], output)
    header = changed(faces, tmp_path / "header", "model/include/mcuq_arith.h")
    with pytest.raises(UsageError, match=r"different kernels: include/mcuq_arith.h differs"):
        bundle_models([header, keywords], output)
    with pytest.raises(InputError, match="no such file"):
        bundle_models([faces, tmp_path / "nothing"], output)
    elsewhere = Path(shutil.copytree(faces, tmp_path / "elsewhere"))
    for key, value, told in (
        ("target", "nucleo-f446re", "different boards"),
        ("optimize", "size", "different --optimize levels"),
    ):
        content = json.loads((faces / "manifest.json").read_text())
        del content["digest"]
        if key == "target":
            content["target"]["name"] = value
        else:
            content[key] = value
        (elsewhere / "manifest.json").write_text(json.dumps(content))
        with pytest.raises(UsageError, match=told):
            bundle_models([elsewhere, keywords], output)
    assert not output.exists()


def test_an_arena_that_is_not_as_emitted_is_not_shared(
    faces: Path, keywords: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(faces, tmp_path / "copy"))
    source = copy / "model" / "faces.c"
    source.write_text(source.read_text().replace("static int8_t arena[", "static  int8_t arena["))
    with pytest.raises(InputError, match="not as this version of mcuq emits it"):
        bundle_models([copy, keywords], tmp_path / "out", arena="shared")


def test_a_wrong_byte_ends_it(faces: Path, keywords: Path, tmp_path: Path) -> None:
    """A model that is not its flatbuffer is found, in the image of both."""
    from mcuq.errors import DeviceError

    copy = Path(shutil.copytree(faces, tmp_path / "copy"))
    source = copy / "model" / "faces.c"
    text, changes = re.subn(r"(\.zero_point = -128)", ".zero_point = -127", source.read_text())
    text, more = re.subn(r"(mcuq_softmax_s8\(.*?, )-124,", r"\1-12,", text)
    assert changes and more
    source.write_text(text)
    with pytest.raises(DeviceError, match="outputs of faces differ"):
        bundle_models([copy, keywords], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_bundle_reads_back(joined: dict[ArenaUse, Path]) -> None:
    made = read_bundle(joined["shared"])
    assert isinstance(made, Bundle)
    assert [model.samples for model in made.models] == [32, 32]
    (joined["shared"] / "bundle.json").read_text().index('"shared"')
