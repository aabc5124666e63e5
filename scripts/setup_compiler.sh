#!/bin/sh
# A compiler for firmware: Arm's GCC, installed where it is missing and may be, else Clang from PyPI.
# usage: setup_compiler.sh PYTHON APT_PACKAGE...
set -eu
python=$1
shift

has_gcc() {
    command -v arm-none-eabi-gcc >/dev/null 2>&1 || return 1
    # Without newlib the compiler answers with the bare name.
    case $(arm-none-eabi-gcc -mthumb --print-file-name=libc_nano.a) in
        */*) return 0 ;;
        *) return 1 ;;
    esac
}

has_clang() {
    "$python" -c 'import ziglang' >/dev/null 2>&1
}

if has_gcc; then
    exit 0
fi
sh "$(dirname "$0")/apt_install.sh" "$@"
if has_gcc || has_clang; then
    exit 0
fi
if ! "$python" -m pip install --quiet --disable-pip-version-check --editable '.[compiler]'; then
    echo "A compiler is missing and none can be installed from here. Type one of:" >&2
    echo "    sudo apt-get install $*" >&2
    echo "    $python -m pip install ziglang" >&2
    exit 1
fi
