#!/bin/sh
# Make a virtual environment and install mcuq into it, editable, with the development tools in the
# versions of requirements.lock.
# usage: setup_venv.sh PYTHON VENV
set -eu
python=$1
venv=$2

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
    echo "mcuq needs Python 3.11 to 3.14; $python is $("$python" --version 2>&1 || echo missing)." >&2
    echo "Install one (apt-get install python3 python3-venv) or name it: make PYTHON=python3.13" >&2
    exit 1
fi
if [ ! -x "$venv/bin/python" ]; then
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "Python's venv module is missing: apt-get install python3-venv" >&2
        exit 1
    fi
fi
install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

if install --require-hashes --requirement requirements.lock; then
    install --no-deps --no-build-isolation --editable .
else
    echo "Not every version of requirements.lock is to be had here: the newest that fit are taken." >&2
    install --editable '.[dev,onnx,dask]'
fi
