#!/bin/sh
# Prints the path of a Python 3.13 that truly runs; exits 1 if there is none.
#
# A pyenv shim named python3.13 is on PATH even where it refuses to run, so every candidate is asked.
try() {
    [ -x "$1" ] || return 1
    "$1" -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || return 1
    "$1" -c 'import sys; print(sys._base_executable)'
    exit 0
}

[ -n "$PYTHON313" ] && try "$PYTHON313"
IFS=:
for folder in $PATH; do
    case $folder in */shims) ;; *) try "$folder/python3.13" ;; esac
done
unset IFS
for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin; do
    try "$folder/python3.13"
done
exit 1
