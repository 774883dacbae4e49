#!/usr/bin/env bash
# Packs every published crate and compiles each from its package alone: what a package lacks does
# not show in the workspace. Crates that are not on the registry yet are taken from each other's
# package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

names=()
mapfile -t names < <(.ci/dependencies.py published)
((${#names[@]} > 0))

# Cargo unpacks a package once a version and never looks again: left in place, what an earlier run
# unpacked from its packages would be compiled instead of today's.
for name in "${names[@]}"; do
    rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/"$name"-[0-9]*
done

set -x
cargo package --locked "$@" "${names[@]/#/--package=}"
