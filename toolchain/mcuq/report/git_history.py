"""Manifests of earlier commits, read from git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mcuq.errors import InputError, UsageError
from mcuq.report.directory import MARKER
from mcuq.report.store import parse_document
from mcuq.result.manifest import MANIFEST, Manifest

_SECONDS = 60
"""Not measured: chosen by hand. Git answers in less than one; a stuck file system is told."""
_SHORT = 10
"""Digits of a commit, as shown."""


def earlier(path: Path, reference: str) -> list[tuple[str, Manifest]]:
    """What git has of a result's manifest, and what to call each: one for a commit, branch or tag;
    for a range `A..B` one for each commit in it that changed the file, oldest first.

    Args:
        path: the manifest, or the result's directory.

    Raises:
        UsageError: git has no such commit, or not that file there. InputError: no git, no
            repository, or what it has there is no manifest.
    """
    file = _file(path)
    if ".." not in reference:
        return [(f"{reference}:{file}", at_commit(file, reference))]
    log = ["log", "--reverse", "--format=%H", "--end-of-options", reference, "--", file.name]
    commits = _git(file, *log).decode().split()
    if not commits:
        raise UsageError(f"no commit of {reference} changed {file}", "git log -- FILE lists them")
    return [(f"{commit[:_SHORT]}:{file}", at_commit(file, commit)) for commit in commits]


def at_commit(path: Path, reference: str) -> Manifest:
    """A result's manifest at one commit, branch or tag; arguments and errors as of `earlier`."""
    file = _file(path)
    content = _git(file, "show", "--end-of-options", f"{reference}:./{file.name}")
    return parse_document(MANIFEST, content, f"{file} at {reference}")


def _file(path: Path) -> Path:
    return path if path.suffix == ".json" else path / MARKER


def _git(file: Path, *arguments: str) -> bytes:
    """What it prints, run where `file` lies."""
    folder = file.resolve().parent
    if not folder.is_dir():
        raise InputError(f"{folder}: no such directory", "give a path inside of the repository")
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {error}", "install git") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(
            f"git: {lines[0] if lines else 'failed'}",
            "name a commit, branch or tag whose tree has the result's manifest.json",
        )
    return done.stdout
