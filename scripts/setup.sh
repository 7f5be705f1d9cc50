#!/bin/sh
# Make .venv hold exactly what requirements.lock says, and the project itself.
# Does nothing when that is so already; may be interrupted at any time and run again.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }

stamp=.venv/.parley
# Commands in .venv name the folder where it really is, be it linked from elsewhere.
state() {
    { cat requirements.lock pyproject.toml scripts/setup.sh && cd .venv && pwd -P; } | cksum
}
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(state)" ]; then
    exit 0
fi
rm -f "$stamp"

uv=$(sh scripts/uv.sh)
# Whatever uv has to fetch besides packages stays in this folder too.
UV_PYTHON_INSTALL_DIR=$PWD/.tools/python
VIRTUAL_ENV=$PWD/.venv
export UV_PYTHON_INSTALL_DIR VIRTUAL_ENV
# Settings of the person that would lead an installation out of .venv.
unset UV_SYSTEM_PYTHON UV_PYTHON UV_TARGET UV_PREFIX || true

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
if ! .venv/bin/python -c "$new_enough" 2>/dev/null; then
    python=$(sh scripts/python.sh)
    if [ -z "$python" ]; then
        say "There is no python3 of 3.11 or newer on PATH: uv looks for one, or fetches it"
        python='>=3.11'
    fi
    say "Making .venv"
    "$uv" venv --quiet --clear --python "$python" .venv
fi

say "Installing what requirements.lock names (1.7 GB on disk, models included)"
"$uv" pip sync --require-hashes requirements.lock
say "Installing Parley itself, editable"
"$uv" pip install --quiet --no-deps --no-build-isolation --editable .

state >"$stamp"
say "Ready: .venv/bin/parley --help"
