"""A request whose fields say everything about themselves: of what options, keys and text are made.

A field of a declared dataclass is `name: Annotated[type, Option(...)] = default`, or a `Group` of
such fields. `leaves` lists them; the command line, `mcuq.toml`, the reference, the printed command
and the fingerprint are loops over that list.
"""

from mcuq.declared.leaf import Leaf, leaf_at, leaves, made
from mcuq.declared.option import ROOT, Group, Notation, Option, TomlTable
from mcuq.declared.text import documented

__all__ = [
    "ROOT",
    "Group",
    "Leaf",
    "Notation",
    "Option",
    "TomlTable",
    "documented",
    "leaf_at",
    "leaves",
    "made",
]
