#!/usr/bin/env python3
"""Runs a transcript: a text file whose indented lines are commands and what they print.

      $ lpc check schema.lp
      schema.lp:1:1: error…
      [1]

A line that starts with "  $ " is a command for bash, "  > " continues it, the indented lines below are its output (both streams), and [N] is its exit
status when that isn't 0. Other lines are remarks. The commands run one after the other in an empty folder that holds a copy of the folder
Inputs beside the transcript. With LPC_UPDATE=1 the file is rewritten with what the commands print now, and the run fails once more.
"""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile


def parse(lines):
    """Remarks as strings, commands as (lines, expected output). Blank lines inside an output belong to it; after it they are remarks."""
    parts, blanks = [], []
    for line in lines:
        inside = parts and isinstance(parts[-1], tuple)
        if not line.strip() and inside:
            blanks.append("")
            continue
        if line.startswith("  ") and inside and not line.startswith("  $ "):
            command, output = parts[-1]
            (command if (line + " ").startswith("  > ") and not output and not blanks else output).extend([*blanks, line])
        else:
            parts += blanks + ([([line], [])] if line.startswith("  $ ") else [line])
        blanks = []
    return parts + blanks


def run(command, folder):
    text = "\n".join(line[4:] for line in command)
    done = subprocess.run(["bash", "-c", text], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    output = done.stdout.decode(errors="backslashreplace").replace(folder, "$PWD")
    if "SERVER" in os.environ:
        output = output.replace(os.environ["SERVER"], "$SERVER")
    output = re.sub(r"sha256:[0-9a-f]{12,}", "sha256:#", output)    # they say which server made them
    output = re.sub(r"Postgres \d+\.\d+", "Postgres N", output)
    lines = [("  " + line).rstrip() for line in output.rstrip().splitlines()]
    return lines + ([f"  [{done.returncode}]"] if done.returncode else [])


def main():
    path = sys.argv[1]
    with open(path) as file:
        before = file.read().splitlines()
    after = []
    with tempfile.TemporaryDirectory(prefix="lpc-transcript-") as folder:
        os.chmod(folder, 0o755)
        inputs = os.path.join(os.path.dirname(path), "Inputs")
        if os.path.isdir(inputs):
            shutil.copytree(inputs, folder, dirs_exist_ok=True)
        for part in parse(before):
            after += [part] if isinstance(part, str) else part[0] + run(part[0], folder)
    if before == after:
        return 0
    print("\n".join(difflib.unified_diff(before, after, "expected", "printed", lineterm="")))
    if os.environ.get("LPC_UPDATE"):
        with open(path, "w") as file:
            file.write("\n".join(line.rstrip() for line in after) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
