#!/bin/sh
# What the tests need beside mcuq: this machine's own C compiler, with which they run the kernels, and
# CMake; say what to type where installing is not allowed. Also the compiler from PyPI, so that firmware
# is tried with both. Without CMake or that one, its tests are skipped.
# usage: setup_host.sh PYTHON APT_PACKAGE...
set -eu
python=$1
shift

# A compiler without the C library's headers and start-up files cannot make a program.
has_compiler() {
    command -v cc >/dev/null 2>&1 || return 1
    echo '#include <stdio.h>
int main(void) { return 0; }' | cc -x c - -o /dev/null 2>/dev/null
}

"$python" -m pip install --quiet --disable-pip-version-check --no-build-isolation \
    --editable '.[compiler]' || echo "ziglang cannot be installed: not tried." >&2
if has_compiler && command -v cmake >/dev/null 2>&1; then
    exit 0
fi
sh "$(dirname "$0")/apt_install.sh" "$@"
if ! has_compiler; then
    echo "The tests need a C compiler for this machine, and none can be installed from here. Type:" >&2
    echo "    sudo apt-get install $*" >&2
    exit 1
fi
