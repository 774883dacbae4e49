#!/usr/bin/env python3
"""Checks what the workspace depends on, by `cargo metadata` alone.

Licences: everything a published crate brings along has to fit `MIT OR Apache-2.0` without
conditions on those who link it; what only builds or tests the workspace may also be MPL-2.0.
MSRV: nothing locked may ask for a newer Rust than the `rust-version` of the workspace, because no
other toolchain than the newest is at hand to try.

cargo-deny would answer the first question too, but takes minutes to build on a cold machine.

    .ci/dependencies.py             check
    .ci/dependencies.py published   print the names of the published crates
"""

import json
import re
import subprocess
import sys

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CDLA-Permissive-2.0",  # data: the root certificates of Mozilla
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
}
# Copyleft file by file: fine in a tool, not in what users of a client link.
TOOLS_ONLY = {"MPL-2.0"}
# Exceptions only add permissions to the licence they stand beside.
EXCEPTIONS = {"LLVM-exception"}


def fits(expression, allowed):
    """Whether an SPDX expression can be met by the allowed licences alone.

    >>> fits("MIT OR GPL-3.0", {"MIT"})
    True
    >>> fits("MIT AND GPL-3.0", {"MIT"})
    False
    >>> fits("GPL-3.0 AND MIT OR ISC", {"ISC"})
    True
    >>> fits("(MIT OR GPL-3.0) AND (ISC OR GPL-3.0)", {"MIT", "ISC"})
    True
    >>> fits("MIT/GPL-3.0", {"MIT"})
    True
    >>> fits("Apache-2.0 WITH LLVM-exception", {"Apache-2.0"})
    True
    >>> fits("Apache-2.0 WITH Other-exception", {"Apache-2.0"})
    False
    >>> fits("MIT OR", {"MIT"})
    Traceback (most recent call last):
    ValueError: not an SPDX expression: MIT OR
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))[::-1]

    def take(word):
        if tokens and tokens[-1] == word:
            return tokens.pop()
        return None

    def single():
        if take("("):
            result = either()
            if not take(")"):
                raise ValueError
            return result
        if not tokens or tokens[-1] in {"AND", "OR", "WITH", ")"}:
            raise ValueError
        result = tokens.pop() in allowed
        if take("WITH"):
            result = bool(tokens) and tokens.pop() in EXCEPTIONS and result
        return result

    def both():
        result = single()
        while take("AND"):
            result = single() and result
        return result

    def either():
        result = both()
        while take("OR"):
            result = both() or result
        return result

    try:
        result = either()
        if tokens:
            raise ValueError
    except ValueError:
        raise ValueError(f"not an SPDX expression: {expression}") from None
    return result


def version(text):
    """
    >>> version("1.88") == version("1.88.0") < version("1.88.1") < version("1.100")
    True
    """
    numbers = [int(number) for number in text.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def is_published(package):
    # `publish = false` comes as an empty list of registries.
    return package["publish"] != []


def shipped(published, nodes):
    """What users of the published crates get: their dependencies, without those of their tests."""
    found, queue = set(), list(published)
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        for dependency in nodes[name]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                queue.append(dependency["pkg"])
    return found


def problems(metadata):
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    members = {name: packages[name] for name in metadata["workspace_members"]}
    published = [name for name, package in members.items() if is_published(package)]
    if not published:
        yield "the workspace publishes no crate: `publish = false` stands where it should not"
    users = shipped(published, nodes)

    for name, package in members.items():
        if not package["rust_version"]:
            yield f"{package['name']} states no rust-version: add `rust-version.workspace = true`"
        if name in users and not is_published(package):
            yield f"{package['name']} is not published, but a published crate depends on it"
    stated = [package["rust_version"] for package in members.values() if package["rust_version"]]
    msrv = min((version(text) for text in stated), default=())

    for name, package in sorted(packages.items()):
        label = f"{package['name']} {package['version']}"
        if package["source"] and msrv and version(package["rust_version"] or "0") > msrv:
            yield (
                f"{label} needs Rust {package['rust_version']}, newer than the rust-version of the"
                f" workspace: lock an older one (`cargo update -p {package['name']} --precise ..`)"
                " or raise rust-version"
            )
        allowed = PERMISSIVE if name in users else PERMISSIVE | TOOLS_ONLY
        licence = package["license"]
        if licence is None:
            yield f"{label} states no licence as an SPDX expression"
        elif not fits(licence, allowed):
            place = "comes with a published crate" if name in users else "is used by our tools"
            yield f"{label} {place}, and its licence ({licence}) is not among those allowed"


def main(arguments):
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if arguments == ["published"]:
        for package in metadata["packages"]:
            if package["source"] is None and is_published(package):
                print(package["name"])
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(problems(metadata))
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    if not found:
        print(f"{len(metadata['packages'])} packages: licences and rust-version fit")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
