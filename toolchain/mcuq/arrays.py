"""Arrays from `.npz` and `.npy` files, each checked by its header before memory is taken for it."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.settings import READING
from mcuq.shown import visible

Array = npt.NDArray[Any]
Reader = Callable[[], Array]

LAYOUT_HINT = "store the samples as 'x' (several inputs: 'x0', 'x1', …) and labels as 'y'"
_ENCRYPTED = 0x1
_DIGITS = re.compile(r"(\d+)")
_PYTORCH = {
    "/models/model.json": "an exported program",
    "/constants.pkl": "a TorchScript program",
    "/data.pkl": "torch.save",
}
"""End of a member's name → what the archive is; the first that is there."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy.savez and savez_compressed write."""
_SAVE = "save it with numpy.savez('data.npz', x=…, y=…)"
_MALFORMED = "it is damaged or was cut short: copy it again, or write it again with numpy.savez"
_MAGICS: Mapping[bytes, tuple[str, str]] = {
    b"\x80": (
        "a pickled Python object (an old torch.save, or pickle)",
        "turn its tensors into arrays (tensor.numpy()) and " + _SAVE,
    ),
    b"\x89HDF": ("an HDF5 file", "read it with h5py and " + _SAVE),
    b"MATLAB": ("a MATLAB file", "read it with scipy.io.loadmat and " + _SAVE),
    b"PAR1": ("a Parquet file", "read it with pandas and " + _SAVE),
    b"\x89PNG": ("a picture", "stack the pictures into one array and " + _SAVE),
    b"\xff\xd8\xff": ("a picture", "stack the pictures into one array and " + _SAVE),
    b"\x1f\x8b": ("a gzip file", "unpack it first"),
}
"""First bytes → what a file is instead, and what to do."""


def open_arrays(path: Path) -> Mapping[str, Reader]:
    """A reader for each array of a file or directory, by name.

    A `.npy` file holds one, 'x'. A directory holds one a `.npy` file; where none is called 'x' or
    'x0', each file but 'y' is a sample.

    Raises:
        InputError: it cannot be read. The readers raise it, too: an array that is damaged, of
            Python objects, encrypted, or larger than `READING.array_bytes`.
    """
    if path.is_dir():
        return _directory(path)
    if not path.is_file():
        what = "not a file" if path.exists() else "no such file"
        raise InputError(f"{path}: {what}", "give an .npz file or a directory of .npy files")
    with _readable(path, "file"), path.open("rb") as file:
        start = file.read(8)
        if start.startswith(b"\x93NUMPY"):
            return {"x": partial(_npy, path)}
        if start.startswith(b"PK\x03\x04"):
            return _archive(path)
    for magic, (what, hint) in _MAGICS.items():
        if start.startswith(magic):
            raise InputError(f"{path}: {what}, not an .npz file", hint)
    hint = f"read it with what wrote it, and {_SAVE}" if start else _MALFORMED
    raise InputError(f"{path}: not a readable .npz or .npy file", hint)


def _archive(path: Path) -> Mapping[str, Reader]:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    for end, what in _PYTORCH.items():
        if any(member.filename.endswith(end) for member in members):
            raise InputError(
                f"{path}: a PyTorch file ({what}), not an .npz file",
                "numpy.savez('data.npz', x=x.numpy(), y=y.numpy()) writes one",
            )
    return {
        member.filename.removesuffix(".npy"): partial(_member, path, member)
        for member in members
        if member.filename.endswith(".npy")
    }


def _member(path: Path, member: zipfile.ZipInfo) -> Array:
    where = f"{path}: {visible(member.filename)}"
    if member.flag_bits & _ENCRYPTED:
        raise InputError(f"{where} is encrypted", "store it without a password")
    if member.compress_type not in _METHODS:
        raise InputError(
            f"{where} is packed in a way that NumPy does not write",
            "write the file with numpy.savez or numpy.savez_compressed",
        )
    with (
        _readable(path, ".npz file"),
        zipfile.ZipFile(path) as archive,
        archive.open(member) as stream,
    ):
        if _is_bomb(member):
            raise InputError(
                f"{where}: {member.compress_size:,} B that become {member.file_size:,} B",
                "no samples pack so well; where they do, write them with numpy.savez, unpacked",
            )
        return _array(stream, member.file_size, where)


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    """Whether a member grows as only what was made for it does."""
    grows = member.file_size > member.compress_size * READING.packed_ratio
    return grows and member.file_size > READING.packed_free


def _directory(path: Path) -> Mapping[str, Reader]:
    files = {member.stem: member for member in sorted(path.glob("*.npy"))}
    if not files:
        raise InputError(f"{path}: no .npy files in this directory", LAYOUT_HINT)
    readers: dict[str, Reader] = {name: partial(_npy, file) for name, file in files.items()}
    if "x" in files or "x0" in files:
        return readers
    labels = {"y": readers.pop("y")} if "y" in readers else {}
    if labels:
        _check_order(path, list(readers))
    return {"x": partial(_stacked, path, list(readers.values())), **labels}


def _check_order(path: Path, names: list[str]) -> None:
    """Refuse samples whose order, and with it whose label is whose, depends on the reading.

    Raises:
        InputError: names two files that stand otherwise by name than by number.
    """
    numbered = sorted(names, key=_by_number)
    for first, second in zip(names, numbered, strict=True):
        if first != second:
            raise InputError(
                f"{path}: by name sample {first!r} comes before {second!r}, by number after it: "
                "which label of 'y' is whose?",
                "write numbers with leading zeros (007), or all samples into one x.npy",
            )


def _by_number(name: str) -> list[tuple[int, str]]:
    """Sorts runs of digits as the numbers that they are."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(name)]


def _stacked(path: Path, readers: list[Reader]) -> Array:
    """One file a sample, in name order."""
    samples, size = [], 0
    for read in readers:
        samples.append(read())
        size += _as_float32(samples[-1].size)
        if size > READING.array_bytes:
            raise InputError(
                f"{path}: its samples are more than the {READING.array_bytes:,} B that are read",
                "give fewer samples",
            )
    shapes = {sample.shape for sample in samples}
    if len(shapes) != 1:
        raise InputError(
            f"{path}: samples of different shapes: {', '.join(map(str, sorted(shapes)))}",
            LAYOUT_HINT,
        )
    return np.stack(samples)


def _npy(path: Path) -> Array:
    with _readable(path, ".npy file"), path.open("rb") as stream:
        return _array(stream, path.stat().st_size, str(path))


def _array(stream: IO[bytes], stored: int, where: str) -> Array:
    """The array in `stream`, whose header and values together are `stored` bytes."""
    shape, fortran, kind = _header(stream)
    if kind.hasobject:
        raise InputError(
            f"{where} holds Python objects, not numbers",
            "convert them before saving: samples by np.stack(x), labels by np.array(y, int)",
        )
    size = math.prod(shape)
    wanted, there = size * kind.itemsize, stored - stream.tell()
    if any(n < 0 for n in shape) or wanted > there:
        raise ValueError(f"its header promises {wanted:,} B, {max(there, 0):,} B follow")
    if max(wanted, _as_float32(size)) > READING.array_bytes:
        raise InputError(
            f"{where} holds an array of {wanted:,} B, more than the {READING.array_bytes:,} B "
            "that are read",
            "give fewer samples",
        )
    content = stream.read(wanted)
    if len(content) != wanted:
        raise ValueError(f"its header promises {wanted:,} B, {len(content):,} B follow")
    values = np.frombuffer(content, kind) if size else np.empty(0, kind)
    return values.reshape(shape[::-1]).T if fortran else values.reshape(shape)


def _as_float32(elements: int) -> int:
    """Bytes of so many, as samples are held in memory."""
    return elements * np.dtype(np.float32).itemsize


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type; see NumPy's documentation of its file format."""
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


@contextmanager
def _readable(path: Path, kind: str) -> Iterator[None]:
    """Every way in which a damaged file shows, as one typed line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        # The parsers of NumPy, zipfile and zlib raise a dozen types for what is damaged.
        line = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: not a readable {kind} ({line})", _MALFORMED) from error
