"""Holds the dependencies of Cargo.lock, of every platform, against deny.toml: licences, bans and sources."""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

TOKEN = re.compile(r"\(|\)|[^\s()]+")


def permitted(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences alone. `/` is the old spelling of OR."""
    tokens = TOKEN.findall(re.sub(r"\s*/\s*", " OR ", expression))

    def choice():
        met = conjunction()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = conjunction() or met
        return met

    def conjunction():
        met = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = single() and met
        return met

    def single():
        token = tokens.pop(0)
        if token == "(":
            met = choice()
            tokens.pop(0)
            return met
        if tokens[:1] == ["WITH"]:
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    return choice()


def main():
    with open("deny.toml", "rb") as file:
        policy = tomllib.load(file)
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"],
        check=True,
        stdout=subprocess.PIPE,
    )
    packages = [package for package in json.loads(metadata.stdout)["packages"] if package["source"]]
    allowed = set(policy["licenses"]["allow"])
    banned = {ban["crate"]: ban["reason"] for ban in policy["bans"]["deny"]}
    sources = {f"registry+{registry}" for registry in policy["sources"]["allow-registry"]}
    problems = []
    versions = defaultdict(list)
    for package in packages:
        name = f"{package['name']} {package['version']}"
        versions[package["name"]].append(package["version"])
        licence = package["license"]
        if not licence or not permitted(licence, allowed):
            problems.append(f"{name}: the licence {licence!r} is not permitted by deny.toml")
        if package["name"] in banned:
            problems.append(f"{name}: {banned[package['name']]}")
        if package["source"] not in sources:
            problems.append(f"{name}: comes from elsewhere than crates.io")
    for name, several in sorted(versions.items()):
        if len(several) > 1:
            print(f"warning: {name} is there in versions {', '.join(sorted(several))}")
    for problem in problems:
        print(f"error: {problem}")
    print(f"Dependencies: {len(packages)} checked, {len(problems)} refused")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
