#!/usr/bin/env python3
"""Writes the tables of inputs and outputs into the README.md of each root and module.

usage: readme.py [--check]    with --check, nothing is written, and a table that is not up to date is an error
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLES = re.compile(r"(?<=<!-- tables -->\n).*(?=<!-- end -->)", re.DOTALL)


def blocks(path, kind):
    """The name and the arguments of each block of a kind, as terraform fmt has laid them out."""
    text = path.read_text() if path.exists() else ""
    for name, body in re.findall(rf'^{kind} "(\w+)" {{\n(.*?)^}}$', text, re.DOTALL | re.MULTILINE):
        arguments = {}
        for argument, value in re.findall(r"^  (\w+) += (.*(?:\n   .*|\n  [\])}].*)*)", body, re.MULTILINE):
            lines = ", ".join(" ".join(line.split()) for line in value.splitlines())
            arguments[argument] = lines.replace("{,", "{").replace(", }", " }")
        yield name, arguments


def cell(text):
    return text.replace("|", "\\|")


def tables(folder):
    inputs = [
        f"| `{name}` | {cell(it['description'].strip(chr(34)))} | {'`' + cell(it['default']) + '`' if 'default' in it else 'to be set'} |\n"
        for name, it in blocks(folder / "variables.tf", "variable")
    ]
    outputs = [
        f"| `{name}` | {cell(it['description'].strip(chr(34)))} |\n"
        for name, it in blocks(folder / "outputs.tf", "output")
    ]
    return (
        "\n| input | meaning | default |\n| --- | --- | --- |\n" + "".join(inputs)
        + "\n| output | meaning |\n| --- | --- |\n" + "".join(outputs) + "\n"
    )


def main():
    folders = sorted({path.parent for path in HERE.glob("**/variables.tf") if ".terraform" not in path.parts})
    stale = []
    for folder in folders:
        readme = folder / "README.md"
        before = readme.read_text()
        after, found = TABLES.subn(lambda _: tables(folder), before)
        if found != 1:
            sys.exit(f"{readme} has no place for tables: <!-- tables --> and <!-- end -->, each on a line")
        if after != before:
            stale.append(readme.relative_to(HERE))
            if "--check" not in sys.argv:
                readme.write_text(after)
    print(f"{len(folders)} READMEs, {len(stale)} {'out of date' if '--check' in sys.argv else 'written'}", *stale)
    return 1 if stale and "--check" in sys.argv else 0


sys.exit(main())
