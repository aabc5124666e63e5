"""Finding and reading board files."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from mcuq_hil.boards.schema import Board
from mcuq_hil.errors import BoardError
from mcuq_hil.tomlfile import read_toml

_PACKAGE = Path(__file__).resolve().parents[1]


def boards_dir() -> Path:
    """Folder of the board files: inside an installed wheel, or in the checkout beside us."""
    shipped = _PACKAGE / "_shipped" / "boards"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "boards"


def board_names() -> list[str]:
    """Names of all boards, sorted: what `--board` takes."""
    return sorted(path.stem for path in boards_dir().glob("*.toml"))


def list_boards() -> list[Board]:
    """Every board of the registry, by name."""
    return [load_board(name) for name in board_names()]


@cache
def load_board(name: str) -> Board:
    """The board called `name`, or the one a path to a TOML file describes.

    Raises:
        BoardError: no such board, or its file is wrong; says which field.
    """
    is_path = name.endswith(".toml")
    path = Path(name) if is_path else boards_dir() / f"{name}.toml"
    if not (path.is_file() if is_path else name in board_names()):
        close = difflib.get_close_matches(name.lower(), board_names(), n=1)
        hint = f"did you mean {close[0]}?" if close else "`mcuq boards list` names them all"
        raise BoardError(f"no board called {name!r}", hint)
    return read_board(path)


def read_board(path: Path) -> Board:
    """Parse and check one board file; raises BoardError."""
    try:
        return Board.model_validate({"name": path.stem, **read_toml(path)})
    except ValidationError as error:
        hint = "see the board file reference in the documentation"
        raise invalid(path, error, hint) from error


def invalid(path: Path, error: ValidationError, hint: str) -> BoardError:
    """What to raise for a file whose first wrong key is `error`'s."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return BoardError(f"{path.name}: {f'{where}: ' if where else ''}{reason}", hint)
