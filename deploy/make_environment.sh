#!/bin/sh
# Makes an empty virtual environment with the first Python that is new enough. usage: make_environment.sh DIRECTORY
# MASH_PYTHON names another interpreter.
set -eu
directory=$1
python=
for candidate in ${MASH_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$(${MASH_PYTHON:-python3} --version 2>/dev/null || echo "none")
    echo "mash needs Python 3.11 or newer (found: $found); MASH_PYTHON=/path/to/python names another one" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    echo "$python lacks its venv module; on Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
fi
echo "making $directory with $("$python" --version)"
"$python" -m venv --clear "$directory"
touch "$directory/.made"
