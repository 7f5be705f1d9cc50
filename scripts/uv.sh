#!/bin/sh
# Print the path of uv. A machine without it gets one in .tools/, and nowhere else.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

found() {
    if "$1" --version >/dev/null 2>&1; then
        command -v "$1"
        exit 0
    fi
}

found uv
found "$PWD/.tools/bootstrap/bin/uv"
found "$PWD/.tools/target/bin/uv"

python=$(sh scripts/python.sh)
if [ -z "$python" ]; then
    say "Parley needs Python 3.11 or newer, and there is neither such a python3 nor uv on PATH."
    say "Install one of the two and run the command again."
    exit 1
fi

requirement='uv>=0.7,<1'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "uv is not installed: putting one into .tools/ (nothing outside of this folder is changed)"
rm -rf .tools/bootstrap .tools/target
if "$python" -m venv .tools/bootstrap >"$log" 2>&1; then
    .tools/bootstrap/bin/python -m pip install --quiet "$requirement" >&2
    found "$PWD/.tools/bootstrap/bin/uv"
elif "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf .tools/bootstrap
    "$python" -m pip install --quiet --target .tools/target "$requirement" >&2
    found "$PWD/.tools/target/bin/uv"
fi
say "uv could not be installed, as $python has neither a working venv nor pip:"
tail -n 3 "$log" >&2
say "Install uv, or Python's venv (on Debian: the package python3-venv), and run the command again."
exit 1
