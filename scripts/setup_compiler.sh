#!/bin/sh
# Install the Arm compiler where it is missing and may be installed; else say what to type.
# usage: setup_compiler.sh APT_PACKAGE...
set -eu

has_compiler() {
    command -v arm-none-eabi-gcc >/dev/null 2>&1 || return 1
    # Without newlib the compiler answers with the bare name.
    case $(arm-none-eabi-gcc -mthumb --print-file-name=libc_nano.a) in
        */*) return 0 ;;
        *) return 1 ;;
    esac
}

if has_compiler; then
    exit 0
fi
sh "$(dirname "$0")/apt_install.sh" "$@"
if ! has_compiler; then
    echo "The Arm compiler is missing and cannot be installed from here. Type:" >&2
    echo "    sudo apt-get install $*" >&2
    exit 1
fi
