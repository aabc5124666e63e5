#!/bin/sh
# Install this machine's own C compiler, with which the tests run the kernels, and CMake; say what
# to type where that is not allowed. Without CMake its tests are skipped.
# usage: setup_host.sh APT_PACKAGE...
set -eu

# A compiler without the C library's headers and start-up files cannot make a program.
has_compiler() {
    command -v cc >/dev/null 2>&1 || return 1
    echo '#include <stdio.h>
int main(void) { return 0; }' | cc -x c - -o /dev/null 2>/dev/null
}

if has_compiler && command -v cmake >/dev/null 2>&1; then
    exit 0
fi
sh "$(dirname "$0")/apt_install.sh" "$@"
if ! has_compiler; then
    echo "The tests need a C compiler for this machine, and none can be installed from here. Type:" >&2
    echo "    sudo apt-get install $*" >&2
    exit 1
fi
