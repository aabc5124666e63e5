"""Files that are no arrays, or lie about them: one typed line, and no memory taken."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq import arrays
from mcuq.arrays import open_arrays
from mcuq.errors import InputError
from mcuq.settings import READING


def npy(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def header(shape: object, kind: str = "<f4") -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def archive(path: Path, content: bytes, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("x.npy", content)
    return path


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        {name: read() for name, read in open_arrays(path).items()}
    assert path.name in caught.value.cause
    assert "\n" not in caught.value.cause
    assert caught.value.hint
    return caught.value


@given(st.sampled_from(["f4", "u1", "i8", "?", ">f8"]), st.booleans(), st.booleans())
def test_what_numpy_writes_is_read(kind: str, fortran: bool, packed: bool) -> None:
    import tempfile

    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    values = np.asfortranarray(values) if fortran else values
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "d.npz"
        (np.savez_compressed if packed else np.savez)(file, x=values, y=values[:0])
        found = {name: read() for name, read in open_arrays(file).items()}
    np.testing.assert_array_equal(found["x"], values)
    assert found["y"].shape == (0, 3, 4)


def test_a_plain_npy_file_is_an_x(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", np.arange(6))
    assert open_arrays(tmp_path / "d.npy")["x"]().tolist() == list(range(6))


@pytest.mark.parametrize(
    "shape", ["(4294967296, 4294967296, 1, 1)", "(9223372036854775807, 9)", "(-1,)", "(3, 'a')"]
)
def test_a_header_that_promises_more_than_there_is(tmp_path: Path, shape: str) -> None:
    content = header(shape) + bytes(64)
    refused(archive(tmp_path / "d.npz", content))
    (tmp_path / "d.npy").write_bytes(content)
    refused(tmp_path / "d.npy")


def test_an_array_larger_than_is_read_takes_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "READING", replace(READING, array_bytes=1 << 20))
    np.savez_compressed(tmp_path / "bomb.npz", x=np.zeros((1 << 18) + 1, np.float32))
    assert "more than the" in refused(tmp_path / "bomb.npz").cause
    np.savez_compressed(tmp_path / "bytes.npz", x=np.zeros((1 << 18) + 1, np.uint8))
    assert "more than the" in refused(tmp_path / "bytes.npz").cause  # it would be float32


def test_a_false_size_in_the_archives_own_list_is_found_out(tmp_path: Path) -> None:
    file = archive(tmp_path / "d.npz", header("(1000,)") + bytes(64))
    content = bytearray(file.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 1 << 30)
    file.write_bytes(content)
    refused(file)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_packing_that_numpy_does_not_write(tmp_path: Path, method: int) -> None:
    error = refused(archive(tmp_path / "d.npz", npy(np.zeros(3)), method))
    assert "numpy.savez" in error.hint


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    file = archive(tmp_path / "d.npz", npy(np.zeros(3)))
    content = bytearray(file.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(content)
    assert "encrypted" in refused(file).cause


def test_what_is_not_an_archive_of_arrays_is_called_by_its_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.pt", "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps([1]))
    for name, content, what in (
        ("old.pt", pickle.dumps({"x": 1}), "pickled"),
        ("d.h5", b"\x89HDF\r\n\x1a\n" + bytes(9), "HDF5"),
        ("d.mat", b"MATLAB 5.0 MAT-file", "MATLAB"),
    ):
        (tmp_path / name).write_bytes(content)
        assert what in refused(tmp_path / name).cause
    assert "PyTorch file (torch.save)" in refused(tmp_path / "data.pt").cause
    for member, what in (
        ("model/models/model.json", "an exported program"),
        ("model/constants.pkl", "a TorchScript program"),
    ):
        with zipfile.ZipFile(tmp_path / "data.pt2", "w") as file:
            file.writestr(member, b"{}")
        assert f"PyTorch file ({what})" in refused(tmp_path / "data.pt2").cause


def test_python_objects_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.array([{"a": 1}], dtype=object))
    assert "Python objects" in refused(tmp_path / "d.npz").cause


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_gives_arrays_or_one_line(position: int, value: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = archive(Path(folder) / "d.npz", npy(np.arange(8.0)))
        content = bytearray(file.read_bytes())
        content[position % len(content)] = value
        file.write_bytes(content)
        try:
            {name: read() for name, read in open_arrays(file).items()}
        except InputError as error:
            assert "\n" not in error.cause


@pytest.mark.parametrize("name", ["lzma.npz", "overflow.npz", "enc.npz"])
def test_hostile_files(cases: Path, name: str) -> None:
    refused(cases / "hostile" / name)


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("d.npz", b"PK\x03\x04 and no more", "cut short"),
        ("d.npy", b"\x93NUMPY\x01\x00", "cut short"),
        ("d.csv", b"1,2,3", "numpy.savez"),
        ("d.json", b"{}", "numpy.savez"),
    ],
)
def test_the_hint_fits_what_is_wrong_with_a_file(
    tmp_path: Path, name: str, content: bytes, hint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert hint in refused(tmp_path / name).hint


def test_a_device_is_there_but_no_file() -> None:
    assert refused(Path("/dev/null")).cause.endswith("not a file")


def test_an_archive_that_grows_beyond_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "READING", replace(READING, packed_free=1 << 16))
    np.savez_compressed(tmp_path / "bomb.npz", x=np.zeros(1 << 20, np.uint8))
    assert "that become" in refused(tmp_path / "bomb.npz").cause
    np.savez_compressed(tmp_path / "few.npz", x=np.zeros(1 << 15, np.uint8))
    assert open_arrays(tmp_path / "few.npz")["x"]().size == 1 << 15


def test_a_folder_of_more_than_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "READING", replace(READING, array_bytes=1 << 12))
    for number in range(5):
        np.save(tmp_path / f"{number}.npy", np.zeros(1 << 8, np.float32))
    assert "its samples are more" in refused(tmp_path).cause


@pytest.mark.parametrize(
    "values",
    [np.array(3.0), np.zeros((0, 2)), np.zeros(2, [("a", "<f4"), ("b", "<i2")])],
    ids=["scalar", "empty", "fields"],
)
def test_odd_arrays_are_read_as_they_are(tmp_path: Path, values: np.ndarray) -> None:
    np.save(tmp_path / "d.npy", values)
    np.testing.assert_array_equal(open_arrays(tmp_path / "d.npy")["x"](), values)


def test_a_name_that_is_a_line_of_its_own(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "d.npz", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a\n\x1b[31m.npy", npy(np.zeros(3)))
    assert "\x1b" not in refused(tmp_path / "d.npz").cause
