#!/usr/bin/env bash
# Packs every published crate and compiles each from its package alone: what a package lacks does
# not show in the workspace. Crates that are not on the registry yet are taken from each other's
# package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
mapfile -t packages < <(.ci/dependencies.py published | sed 's/^/--package=/')
((${#packages[@]} > 0))

set -x
cargo package --locked "$@" "${packages[@]}"
