"""Finds what a test run left behind: processes, and run folders of embedded servers.

Everything that a run starts inherits LPC_TEST_RUN, which tells its processes from those of others on the machine.
"""
import glob
import os
import signal
import time


class Leftovers:
    def __init__(self, folder):
        self.folder, self.mark = folder, f"LPC_TEST_RUN={folder}".encode()
        self.before = set(self._folders())

    @staticmethod
    def _folders():
        """Run folders and socket folders of embedded servers; the folders above them belong to everybody."""
        return glob.glob("/dev/shm/lockplane-*/run/*") + glob.glob("/tmp/lockplane-*/run/*") + [
            path for path in glob.glob("/tmp/lockplane*") if not os.path.isdir(path + "/run") and not path.endswith(f"-{os.geteuid()}")]

    def _processes(self):
        found = {}
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    command = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
                with open(f"/proc/{entry}/environ", "rb") as file:
                    ours = self.mark in file.read().split(b"\0")
            except OSError:    # it has ended, or it belongs to somebody else
                continue
            if command and (ours or self.folder in command):
                found[int(entry)] = command
        return found

    def _orphans(self):
        """New folders whose lpc is dead. Those of a living one belong to somebody else's run, or its process is found as such."""
        living = set()
        for owner in glob.glob("/dev/shm/lockplane-*/run/*.owner") + glob.glob("/tmp/lockplane-*/run/*.owner"):
            try:
                with open(owner) as file:
                    lines = file.read().splitlines()
            except OSError:
                continue
            if lines and os.path.exists(f"/proc/{lines[0].split()[0]}"):
                living |= {owner, owner[: -len(".owner")], *lines[1:]}
        servers = glob.glob(f"/dev/shm/lpc-server-{os.path.basename(self.folder)}-*")
        return sorted(path for path in [*self._folders(), *servers] if path not in self.before and path not in living and os.path.exists(path))

    def find(self):
        """"" when all is clean. What is just ending gets a few seconds."""
        for _ in range(50):
            processes, folders = self._processes(), self._orphans()
            if not processes and not folders:
                return ""
            time.sleep(0.1)
        return "\n".join([f"process {pid}: {command}" for pid, command in processes.items()] + [f"folder {path}" for path in folders])

    def end_processes(self):
        for pid in self._processes():
            try:
                os.kill(pid, signal.SIGQUIT if pid != os.getpid() else 0)
            except OSError:
                pass
