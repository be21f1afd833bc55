#!/usr/bin/env python3
"""Fetches the regression tests of Postgres 15 and of its extensions from Debian's source package, through apt, and builds the C functions that they call.

    fetch-regression-tests.py           prints the folder; what is there isn't fetched again

They stand beside the fetched servers (see fetch-postgres.py), in `regression-15`: `regress` with the tests of the server, `contrib` with those of the extensions, `lib` with the
functions. apt's own lists stay as they are. `lpc` itself never uses this; it needs gcc.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))
from harness.servers import folder_of  # noqa: E402

SUITE, MAJOR = "bookworm", 15
PLACE = os.path.join(os.path.dirname(folder_of(MAJOR)), f"regression-{MAJOR}")


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-500:]}")


def fetch():
    """Done in a folder beside its place, which is moved there whole."""
    if os.path.exists(PLACE):
        return
    os.makedirs(os.path.dirname(PLACE), exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".regression-", dir=os.path.dirname(PLACE)) as work:
        os.makedirs(f"{work}/lists/partial")
        with open(f"{work}/sources.list", "w") as file:
            file.write("".join(f"{what} [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian {SUITE} main\n" for what in ("deb", "deb-src")))
        apt = ["apt-get", "-qq", "-o", f"Dir::Etc::sourcelist={work}/sources.list", "-o", "Dir::Etc::sourceparts=/dev/null", "-o", f"Dir::State::lists={work}/lists",
               "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]
        run(*apt, "update", folder=work)
        run(*apt, "source", "--download-only", f"postgresql-{MAJOR}", folder=work)
        run(*apt, "download", f"postgresql-server-dev-{MAJOR}", folder=work)
        run("tar", "xf", *glob.glob(f"{work}/*.orig.tar.*"), "--strip-components=1", "--wildcards", "*/src/test/regress/*", "*/src/include/*", "*/contrib/*/sql/*", "*/contrib/*/data/*", folder=work)
        run("dpkg", "-x", *glob.glob(f"{work}/postgresql-server-dev-*.deb"), f"{work}/dev", folder=work)
        os.makedirs(f"{work}/whole/lib")
        # The source's own headers come first: the packaged ones may be of a later release than the server is.
        run("gcc", "-O1", "-fPIC", "-shared", "-w", f"-I{work}/src/include", f"-I{work}/dev/usr/include/postgresql/{MAJOR}/server", "-o", f"{work}/whole/lib/regress.so",
            f"{work}/src/test/regress/regress.c", folder=work)
        for name in ("autoinc", "refint"):
            shutil.copy(f"/usr/lib/postgresql/{MAJOR}/lib/{name}.so", f"{work}/whole/lib")
        shutil.move(f"{work}/src/test/regress", f"{work}/whole/regress")
        shutil.move(f"{work}/contrib", f"{work}/whole/contrib")
        run("chmod", "-R", "a+rX", f"{work}/whole", folder=work)
        os.rename(f"{work}/whole", PLACE)


if __name__ == "__main__":
    fetch()
    print(PLACE)
