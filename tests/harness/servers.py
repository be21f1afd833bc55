"""The servers of other majors that scripts/fetch-postgres.py fetches."""
import os

# 15 is the one of the system.
PACKAGES = {13: "13.23.0-beta.16", 14: "14.23.0-beta.17", 16: "16.14.0-beta.17", 17: "17.10.0-beta.17", 18: "18.4.0-beta.17"}


def folder_of(major):
    """Root's servers run as `postgres`, who may not look into root's home."""
    cache = os.environ.get("XDG_CACHE_HOME") or ("/var/cache" if os.geteuid() == 0 else os.path.expanduser("~/.cache"))
    return os.path.join(os.environ.get("LOCKPLANE_SERVERS") or os.path.join(cache, "lockplane", "servers"), str(major))


def bindir_of(major):
    """The folder of a major's programs: the system's, else the fetched one."""
    found = [path for path in (f"/usr/lib/postgresql/{major}/bin", f"{folder_of(major)}/bin") if os.path.exists(f"{path}/postgres")]
    if not found:
        raise RuntimeError(f"no Postgres {major}; `python3 scripts/fetch-postgres.py {major}` fetches it")
    return found[0]


def fetched():
    """The majors that are there besides the system's."""
    return [major for major in PACKAGES if os.path.exists(f"{folder_of(major)}/bin/postgres")]
