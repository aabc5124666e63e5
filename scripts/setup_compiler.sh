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

install() {
    "$@" apt-get update -qq
    "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
}

packages=$*
if has_compiler; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        install env >/dev/null
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        install sudo >/dev/null
    fi
fi
if ! has_compiler; then
    echo "The Arm compiler is missing and cannot be installed from here. Type:" >&2
    echo "    sudo apt-get install $packages" >&2
    exit 1
fi
