#!/bin/sh
# README's two commands on a bare Debian: a new root made by debootstrap, a fresh clone in it.
#
#   sudo sh scripts/bare_debian.sh trixie /tmp/trixie             # make demo, make test
#   sudo sh scripts/bare_debian.sh bookworm /tmp/bookworm demo    # some targets only
#
#   sudo AS_USER=1 sh scripts/bare_debian.sh trixie /tmp/user demo  # by a user who may not use apt
#
# A root that is there is used again, its clone made anew. Needs debootstrap and root. Variables of
# pip, of TLS certificates and of proxies are handed on; where EXTRA_CA names a file of further
# certificates, the new root trusts them, too.
set -eu

if [ $# -lt 2 ]; then
    echo "usage: bare_debian.sh SUITE ROOT [TARGET...]" >&2
    exit 2
fi
suite=$1
root=$2
shift 2
[ $# -gt 0 ] || set -- demo test
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
packages=git,make,ca-certificates,python3,python3-venv

if [ ! -x "$root/usr/bin/make" ]; then
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
if [ -n "${EXTRA_CA:-}" ]; then
    cp "$EXTRA_CA" "$root/etc/ssl/certs/ca-certificates.crt"
fi
rm -rf "$root/mcuq"
git clone --quiet --no-local "$(git rev-parse --show-toplevel)" "$root/mcuq"

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
trap 'umount -l "$root/dev" "$root/proc"' EXIT

who=root
home=/root
if [ -n "${AS_USER:-}" ]; then
    who=builder
    home=/home/builder
    chroot "$root" id builder >/dev/null 2>&1 || chroot "$root" useradd --create-home builder
    chroot "$root" chown -R builder:builder /mcuq
fi
handed_on=$(env | grep -iE '^(pip_(cert|index_url|default_timeout)|ssl_cert_file|[a-z]+_proxy)=' || true)
for target in "$@"; do
    echo "== $suite: make $target, as $who"
    # shellcheck disable=SC2086 # one word a variable; their values hold no blanks
    env -i $handed_on HOME="$home" LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        chroot --userspec="$who" "$root" make -C /mcuq "$target"
done
