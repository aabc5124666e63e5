"""The fast tests on every Python that is here, and on the oldest and newest of what mcuq needs.

nox                              # all of it; a Python that is not installed is left out
nox -s tests-3.13 -- tests/cli   # one Python, other tests
nox -s lowest highest            # the bounds of the dependencies
nox -s lock                      # requirements.lock anew, with the newest versions
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "lowest", "highest"]

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
"""By the classifiers."""
FAST = ("-m", "not slow and not arm", "tests")
LOCK = "requirements.lock"


def run_tests(session: nox.Session, *how: str) -> None:
    """Install mcuq into the session's environment, by options of uv, and run the tests."""
    session.install(*how, "--editable", ".[dev,onnx,dask,compiler]")
    session.run("uv", "pip", "freeze", external=True)
    session.run("python", "-m", "pytest", "-q", "-n", "2", *(session.posargs or FAST))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """With the versions of the lock file."""
    run_tests(session, "--constraints", LOCK)


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """With the least version of everything that pyproject.toml names."""
    run_tests(session, "--resolution", "lowest-direct")


@nox.session(python=PYTHONS[-1])
def highest(session: nox.Session) -> None:
    """With the newest versions there are."""
    run_tests(session, "--upgrade")


@nox.session(python=PYTHONS[0])
def lock(session: nox.Session) -> None:
    """Write the lock file: the newest version of everything, for every system and Python."""
    session.install("uv")
    session.run(
        *("uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--generate-hashes"),
        *("--python-version", PYTHONS[0], "--no-emit-index-url", "--no-annotate"),
        *("--custom-compile-command", "nox -s lock"),
        *("--extra", "dev", "--extra", "onnx", "--extra", "dask"),
        *("pyproject.toml", "--output-file", LOCK),
    )
