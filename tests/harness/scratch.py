"""A scratch Postgres server in a folder of its own, reachable through a socket in that folder only, and gone at the end.

LPC_PG_BINDIR chooses the server's programs (choose_major sets it); otherwise the newest under /usr/lib/postgresql. As root the server runs as `postgres`.
"""
import atexit
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness.servers import bindir_of
from harness.session import Session
from harness.witness import Witness

# What differs from dump to dump, or says which server wrote it, and no object.
NOISE = re.compile(r"^(\\(un)?restrict |-- Dumped |-- PostgreSQL database dump|SET |SELECT pg_catalog\.set_config)")


def bindir():
    chosen = os.environ.get("LPC_PG_BINDIR")
    if chosen:
        return chosen
    found = newest("")
    if not found:
        raise RuntimeError("no Postgres server programs under /usr/lib/postgresql; install postgresql-15")
    return found


def newest(name):
    """The system's newest program of that name, or the folder of its programs; nothing when there is none."""
    found = glob.glob(os.path.join("/usr/lib/postgresql/*/bin", name))
    return max(found, key=lambda path: int(path.split("/")[4])).rstrip("/") if found else None


def choose_major(major):
    """Servers of this program, and the shadows of the `lpc` that it starts, are of that major from here on."""
    os.environ["LPC_PG_BINDIR"] = bindir_of(major)


def major_of(command):
    return int(re.search(r"\d+", subprocess.run([command, "--version"], capture_output=True, text=True).stdout).group())


def program(name):
    """A client program: the server's own when it has one, else the system's newest. (Debian's /usr/bin/psql is a script in Perl, which takes longer than psql itself.)"""
    own = os.path.join(bindir(), name)
    return own if os.path.exists(own) else newest(name) or name


def end_well_on_sigterm():
    """Lets a terminated program stop its servers (atexit doesn't run otherwise). To be called in the main thread."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def any_order_of_grants(dump):
    """What privileges an object has is a set: the order in which they were given depends on the way."""
    out, block = [], []
    for line in [*dump.splitlines(), ""]:
        if line.startswith(("GRANT ", "REVOKE ")) or (block and not line):
            block.append(line)
        else:
            out += sorted(each for each in block if each) + [line]
            block = []
    return "\n".join(out + sorted(each for each in block if each))


def new_folder():
    """In memory where there is room: making a database takes a twelfth of the time. Its name tells the test run that it belongs to."""
    memory, room = "/dev/shm", 1 << 30
    try:
        found = os.statvfs(memory)
        fast = found.f_bavail * found.f_frsize > room and os.access(memory, os.W_OK)
    except OSError:
        fast = False
    return tempfile.mkdtemp(prefix=f"lpc-server-{os.path.basename(os.environ.get('LPC_TEST_RUN', ''))}-", dir=memory if fast else None)


class Server:
    def __init__(self, settings=()):
        self.folder = new_folder()
        self.as_server = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_server = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        self.process = None
        self.session = Session(program("psql"))
        atexit.register(self.stop)
        self._check("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        options = ["listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "timezone=UTC", "autovacuum=off",
                   "max_locks_per_transaction=1024", "shared_buffers=128MB", "dynamic_shared_memory_type=mmap",
                   "allow_in_place_tablespaces=on", *settings]
        self.major = major_of(f"{bindir()}/postgres")
        self.log = open(f"{self.folder}/log", "w")
        self.process = subprocess.Popen(
            [*self.as_server, f"{bindir()}/postgres", "-D", f"{self.folder}/data", "-k", self.folder, *(a for o in options for a in ("-c", o))],
            stdout=self.log, stderr=self.log)
        self._wait()
        # pg_dump refuses a server that is newer than itself.
        self.witness = Witness(self.psql) if self.major > major_of(program("pg_dump")) else None

    def _check(self, name, *arguments):
        done = subprocess.run([*self.as_server, f"{bindir()}/{name}", *arguments], capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip()[:500]}")

    def _wait(self):
        for _ in range(600):
            if os.path.exists(f"{self.folder}/.s.PGSQL.5432") and self.psql("postgres", "select 1", check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError("the scratch server did not start: " + open(f"{self.folder}/log").read()[-500:])

    def url(self, database):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def psql(self, database, sql=None, file=None, check=True):
        if file:
            done = subprocess.run([program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", self.url(database), "-f", file], capture_output=True, text=True)
        else:
            done = self.session.run(self.url(database), sql)
        if check and done.returncode:
            raise RuntimeError(done.stderr.strip()[:500])
        return done

    def create(self, database, template="template0"):
        self.drop(database)
        copied = " strategy file_copy" if self.major >= 15 else ""    # a quarter of the time; older ones know no other
        self.psql("postgres", f'create database "{database}" template "{template}"{copied}')

    def drop(self, *databases):
        """They may not exist. A subscription keeps its database; without a slot name nobody is asked."""
        names = ", ".join(f"'{each}'" for each in databases)
        subscriptions = f"""select d.datname, format('alter subscription %1$I disable; alter subscription %1$I set (slot_name = none); drop subscription %1$I;', subname)
            from pg_subscription s join pg_database d on d.oid = s.subdbid where d.datname in ({names})"""
        for line in self.psql("postgres", subscriptions).stdout.splitlines():
            database, statements = line.split("|", 1)
            for statement in statements.split("; "):
                self.psql(database, statement)
        self.psql("postgres", "\n".join(f'drop database if exists "{each}" with (force);' for each in databases))

    def roles(self):
        return set(self.psql("postgres", "select quote_ident(rolname) from pg_roles where rolname !~ '^pg_'").stdout.splitlines())

    def drop_globals(self, known_roles):
        """Every tablespace, and the roles that aren't known."""
        known = ", ".join("'" + role.replace("'", "''") + "'" for role in known_roles)
        self.psql("postgres", f"""\\set ON_ERROR_STOP 0
            select format('drop tablespace %I', spcname) from pg_tablespace where oid >= 16384
            union all select format('drop role %I', rolname) from pg_roles where rolname !~ '^pg_' and quote_ident(rolname) not in ({known}) \\gexec""", check=False)

    def dump(self, database):
        """pg_dump --schema-only without noise and without lpc's own schemas, columns of a table and privileges on an object in any order."""
        if self.witness:
            return self.witness.dump(database)
        done = subprocess.run([program("pg_dump"), "-s", "-N", "lockplane", "-N", "lockplane_trash", self.url(database)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError("pg_dump: " + done.stderr.strip()[:500])
        return any_order_of_grants(without_order([line for line in done.stdout.splitlines() if not NOISE.match(line)]))

    def role_dump(self, known):
        """What pg_dumpall says of tablespaces, and of the roles that aren't known."""
        if self.witness:
            return self.witness.roles(known)
        if self.roles() <= set(known) and not self.psql("postgres", "select spcname from pg_tablespace where oid >= 16384").stdout:    # mostly, and in less time
            return []
        done = subprocess.run([program("pg_dumpall"), "--globals-only", "-d", self.url("postgres")], capture_output=True, text=True, check=True)
        lines = [re.sub(r"pg_tblspc/\d+", "pg_tblspc/", line) for line in done.stdout.splitlines() if line and not line.startswith("--") and not NOISE.match(line)]
        return sorted(line for line in lines if not any(re.search(rf"\bROLE {re.escape(role)}\b", line) for role in known))

    def stop(self):
        self.session.close()
        process, self.process = self.process, None
        if process and process.poll() is None:
            try:
                with open(f"{self.folder}/data/postmaster.pid") as file:
                    os.kill(int(file.readline()), signal.SIGINT)
            except (OSError, ValueError):
                process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


COLUMN_SETTING = re.compile(r"ALTER (FOREIGN )?TABLE (ONLY )?.* ALTER COLUMN .* (SET (STATISTICS|STORAGE|COMPRESSION) \w+|SET \([^)]*\));$")


PUBLISHED = re.compile(r"(ALTER PUBLICATION .* ADD TABLE ONLY .* )\(([^()]+)\)( WHERE .*)?;$")
STATISTICS = re.compile(r"(CREATE STATISTICS .* ON )([^()]+)( FROM .*;)$")


def without_order(lines):
    """Postgres can only append a column, so the order of a table's columns, and of their settings, is no difference here."""
    out, block, settings = [], None, []
    for line in lines:
        if statistics := STATISTICS.match(line):    # pg_dump names their columns in the order of the table's
            line = statistics[1] + ", ".join(sorted(statistics[2].split(", "))) + statistics[3]
        if published := PUBLISHED.match(line):
            line = f"{published[1]}({', '.join(sorted(published[2].split(', ')))}){published[3] or ''};"
        if COLUMN_SETTING.match(line):
            settings.append(line)
            continue
        out += sorted(settings)
        settings = []
        if block is None:
            out.append(line)
            if re.match(r"CREATE (UNLOGGED |FOREIGN )?TABLE .*\($|CREATE TYPE .* AS \($", line):
                block = []
        elif line.startswith(")"):
            out += sorted(block) + [line]
            block = None
        else:
            block.append(line.rstrip(","))
    return "\n".join(out + sorted(settings))
