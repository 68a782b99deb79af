#!/bin/sh
# Unpacks Debian's prometheus into a folder, without installing it: no service, no user, no root.
# usage: unpack-prometheus.sh FOLDER
set -eu

folder=$1
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || exit 1
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
apt-get download -qq prometheus >/dev/null 2>&1 || {
	[ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1 && apt-get download -qq prometheus >/dev/null 2>&1
} || exit 1
dpkg-deb -x prometheus_*.deb .
rm prometheus_*.deb
