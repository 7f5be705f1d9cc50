#!/bin/sh
# Resolve both locks anew. Pins that still fit are kept; `make lock UPGRADE=--upgrade` moves them.
set -eu
cd "$(dirname "$0")/.."

uv=$(sh scripts/uv.sh)
compile() {
    "$uv" pip compile pyproject.toml --quiet --universal --generate-hashes --no-header \
        --python-version 3.11 "$@"
}

echo "requirements.lock: everything, for laptops and CI"
compile ${UPGRADE:-} --all-extras --group dev --output-file requirements.lock
echo "requirements-cloud.lock: what an image needs, at the same versions"
compile ${UPGRADE:-} --extra mcp --constraints requirements.lock --output-file requirements-cloud.lock
