"""Moves an environment along with its folder: python tools/moved.py BEFORE NOW, both paths of the environment."""

import sys
from pathlib import Path

LONGEST = 127  # of a first line that every system reads


def first_lines(interpreter: str) -> str:
    """What starts a script with an interpreter: by a shell, as pip does it, where its path has spaces or is long."""
    if " " not in interpreter and len(interpreter) < LONGEST - 2:
        return f"#!{interpreter}\n"
    return f"#!/bin/sh\n'''exec' \"{interpreter}\" \"$0\" \"$@\"\n' '''\n"


def moved(text: str, before: str, now: str) -> str:
    """A script or a setting of the environment with the new path in the place of the old one."""
    line, _, rest = text.partition("\n")
    if line.startswith(f"#!{before}/"):
        return first_lines(line[2:].replace(before, now)) + rest.replace(before, now)
    return text.replace(before, now)


def main() -> None:
    """Rewrite what names the old path."""
    before, now = sys.argv[1:]
    for path in [Path(now, "pyvenv.cfg"), *Path(now, "bin").iterdir()]:
        if path.is_symlink() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a program
            continue
        if before in text:
            path.write_text(moved(text, before, now), encoding="utf-8")


if __name__ == "__main__":
    main()
