"""A psql that stays for many scripts: starting one for each takes longer than what most of them ask for."""
import subprocess
import tempfile
import threading

END = "--- the answer ends here"


class Session:
    """Runs scripts one after the other, in a connection that stays open until one asks for another."""

    def __init__(self, command):
        self.command = command
        self.process = self.url = self.errors = None
        self.lock = threading.Lock()

    def run(self, url, script):
        """As `psql -f`, that ends at the first error unless the script sets ON_ERROR_STOP otherwise. The script's quotes must be closed."""
        with self.lock:
            try:
                return self._run(url, script)
            except BrokenPipeError:    # its server went away between two scripts
                self.close()
                return self._run(url, script)

    def _run(self, url, script):
        before = "\\set ON_ERROR_STOP 1\n" + ("discard all;\n" if url == self.url else f"\\connect '{url}'\n")
        if self.process is None:
            self.errors = tempfile.TemporaryFile("w+", encoding="utf-8")
            self.process = subprocess.Popen([self.command, "-XqAt", "-v", "ON_ERROR_STOP=1", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)
            before = ""
        self.url = url
        self.errors.seek(0)
        self.errors.truncate()
        self.process.stdin.write(f"{before}{script}\n;\n\\echo '{END}'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == END + "\n":
                return subprocess.CompletedProcess(self.command, 0, "".join(lines), self._said())
            lines.append(line)
        code = self.process.wait()
        done = subprocess.CompletedProcess(self.command, code, "".join(lines), self._said())
        self.close()
        return done

    def _said(self):
        self.errors.seek(0)
        return self.errors.read()

    def close(self):
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.communicate()
        self.errors.close()
