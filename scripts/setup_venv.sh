#!/bin/sh
# Make a virtual environment and install mcuq into it, editable, with the development tools.
# usage: setup_venv.sh PYTHON VENV
set -eu
python=$1
venv=$2

if ! command -v "$python" >/dev/null 2>&1; then
    python=python3
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
    echo "mcuq needs Python 3.11; $python is $("$python" --version 2>&1 || echo missing)." >&2
    echo "Install it (apt-get install python3.11 python3.11-venv) or name it: make PYTHON=..." >&2
    exit 1
fi
if [ ! -x "$venv/bin/python" ]; then
    if ! "$python" -m venv "$venv"; then
        rm -rf "$venv"
        echo "Python's venv module is missing: apt-get install python3.11-venv" >&2
        exit 1
    fi
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev,onnx]'
