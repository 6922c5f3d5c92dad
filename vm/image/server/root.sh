#!/usr/bin/env bash
# Makes the root file system of the server's machine, and of the container images in it, from Debian's packages.
# usage: root.sh WORK — leaves WORK/root (the host) and WORK/root/usr/lib/isolab/images/*.tar; runs as root (debootstrap needs chroot and mknod).
# The host is the simulator's (simulator/images/host.ts): users root and learner, host name, prompts, sudo without a password.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1
root=$work/root
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
export LC_ALL=C

bootstrap() { # FOLDER PACKAGES
  rm -rf "$1"
  debootstrap --variant=minbase --include="$2" bookworm "$1" "$mirror" >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log"; exit 1; }
}

bootstrap "$root" "$(grep -v '^#' "$here/packages.txt" | paste -sd,)"

rm -f "$root/etc/resolv.conf"
echo 'nameserver 127.0.0.1' >"$root/etc/resolv.conf"
echo host >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\thost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"
chroot "$root" useradd -m -u 1000 -s /bin/bash learner
echo learner:100000:65536 | tee "$root/etc/subuid" >"$root/etc/subgid"
echo 'learner ALL=(ALL) NOPASSWD:ALL' >"$root/etc/sudoers.d/learner"
chmod 440 "$root/etc/sudoers.d/learner"
printf 'set enable-bracketed-paste off\nset bell-style none\n' >"$root/etc/inputrc"
: >"$root/etc/bash.bashrc"
: >"$root/etc/motd"
for home in root home/learner; do
  echo "PS1='\\u@\\h:\\w\\\$ '" >"$root/$home/.bashrc"
  echo '. ~/.bashrc' >"$root/$home/.profile"
  rm -f "$root/$home/.bash_profile"
done
chroot "$root" chown -R learner:learner /home/learner
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*

images=$root/usr/lib/isolab/images
mkdir -p "$images"

# busybox: one static program and its names.
box=$work/busybox
rm -rf "$box"
mkdir -p "$box"/{bin,etc,tmp,root,dev,proc,sys}
cp "$root/bin/busybox" "$box/bin/"
for name in $(chroot "$root" busybox --list); do [[ $name == busybox ]] || ln -s busybox "$box/bin/$name"; done
echo root:x:0:0:root:/root:/bin/sh >"$box/etc/passwd"
echo root:x:0: >"$box/etc/group"
tar -C "$box" -cf "$images/busybox.tar" .

# debian:12, which nginx is made of on the first boot.
debian=$work/debian
bootstrap "$debian" nginx-light,iproute2,procps,curl,iputils-ping
rm -rf "$debian"/var/cache/apt/* "$debian"/var/lib/apt/lists/* "$debian"/usr/share/{doc,man,locale}/*
tar -C "$debian" -cf "$images/debian.tar" .
rm -rf "$box" "$debian"
