"""What a PyTorch file is, told by its members before PyTorch reads it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from mcuq.errors import InputError
from mcuq.importers.keras_file import check_sizes

_EXPORT = (
    "torch.export.save(torch.export.export(model.eval(), (example,)), 'model.pt2') writes the "
    "whole model"
)
_DAMAGED = "it is damaged or was cut short: copy it again, or write it with torch.export.save"
_CONSTANTS = "data/constants/"
_TENSOR = "tensor_"
"""Beginning of the names of constants that are tensors, not Python objects."""


def check_program(path: Path) -> None:
    """Whether a file is an exported program that holds tensors only.

    Raises:
        InputError: it cannot be read, is something else that PyTorch writes, or holds pickled
            objects.
    """
    try:
        with path.open("rb") as file:
            start = file.read(2)
        if start[:1] == b"\x80":
            raise _other(path, "a pickle (an old torch.save)")
        if start != b"PK":
            raise InputError(f"{path}: not a PyTorch file", _EXPORT)
        with zipfile.ZipFile(path) as archive:
            _check_members(path, archive)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot read {path}: {reason}", "check the path of the model") from error
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(f"{path}: nested too deep", _DAMAGED) from error
    except Exception as error:
        # zipfile, what unpacks its members, and json raise a dozen types for what is damaged.
        line = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: not a readable PyTorch file ({line})", _DAMAGED) from error


def _check_members(path: Path, archive: zipfile.ZipFile) -> None:
    check_sizes(path, archive.infolist())
    # Each name is behind the archive's own.
    names = {name.partition("/")[2]: name for name in archive.namelist()}
    plain = set(archive.namelist())
    if "serialized_exported_program.json" in plain:
        raise InputError(
            f"{path}: an exported program in the form of PyTorch 2.7 and before",
            "write it again with torch.export.save of a newer PyTorch",
        )
    if "models/model.json" not in names:
        raise _other(path, _kind(set(names) | plain))
    for name, member in names.items():
        if name.startswith(_CONSTANTS) and name.endswith(".json"):
            _check_constants(path, archive.read(member))


def _kind(names: set[str]) -> str:
    """What an archive without an exported program holds."""
    if any(name.startswith("data/aotinductor/") for name in names):
        return "a compiled program (AOTInductor)"
    if any(name.startswith("code/") for name in names):
        return "a TorchScript program (torch.jit.save)"
    if "data.pkl" in names:
        return "weights or tensors without a model (torch.save)"
    return "an archive without an exported program"


def _check_constants(path: Path, content: bytes) -> None:
    for name, entry in json.loads(content).get("config", {}).items():
        if not str(entry.get("path_name", "")).startswith(_TENSOR):
            raise InputError(
                f"{path}: its constant {name!r} is a Python object, which is not read",
                "export the model without custom objects",
            )


def _other(path: Path, what: str) -> InputError:
    return InputError(f"{path}: {what}, no exported program", _EXPORT)
