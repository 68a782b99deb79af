#!/bin/sh
# Finds or fetches uv and a Python 3.13 and writes .build/bootstrap.mk, which the Makefile includes.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build

works() { [ -n "$1" ] && "$1" --version >/dev/null 2>&1; }

uv=
for candidate in "${UV:-}" "$(command -v uv 2>/dev/null || true)" .build/uv/bin/uv; do
    if works "$candidate"; then
        uv=$candidate
        break
    fi
done
if [ -z "$uv" ]; then
    # A virtual environment of its own, since the system's Python may refuse installations (PEP 668).
    for python in python3 python; do
        if "$python" -m venv .build/uv >/dev/null 2>&1 && .build/uv/bin/pip install --quiet 'uv>=0.9' >/dev/null 2>&1; then
            uv=.build/uv/bin/uv
            break
        fi
    done
fi
if [ -z "$uv" ]; then
    echo "uv is missing, and could not be installed: a Python 3.9 or newer with venv and pip, or uv itself" \
        "(https://docs.astral.sh/uv), is needed." >&2
    exit 1
fi
case $uv in /*) ;; *) uv=$(command -v "$uv" 2>/dev/null || echo "$uv"); case $uv in /*) ;; *) uv=$PWD/$uv ;; esac ;; esac

if ! python=$(sh tools/find-python.sh); then
    if "$uv" python install --quiet 3.13 >/dev/null 2>&1; then
        python=$("$uv" python find --managed-python 3.13)
    else
        echo "Python 3.13 is missing: it is neither on PATH nor in pyenv's versions, and uv could not download it." \
            "Install it, or name it in PYTHON313." >&2
        exit 1
    fi
fi
printf 'UV := %s\nPYTHON := %s\n' "$uv" "$python" >.build/bootstrap.mk.partial
mv .build/bootstrap.mk.partial .build/bootstrap.mk
