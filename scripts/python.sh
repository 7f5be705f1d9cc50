#!/bin/sh
# Print a Python that Parley can run on: $PYTHON if it is set, else the first one on PATH that is
# new enough. Prints nothing, and succeeds, when there is none.
set -eu

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if fits "$candidate"; then
        command -v "$candidate"
        exit 0
    fi
done
