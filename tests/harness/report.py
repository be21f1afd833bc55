"""Results of one layer: printed as they come, and written as JSON for tests/run.py."""
import json
import threading


class Report:
    def __init__(self, path=None, verbose=False):
        self.path, self.verbose = path, verbose
        self.results, self.lock = [], threading.Lock()

    def add(self, name, status, detail="", seconds=0.0):
        """status: pass, fail or skip."""
        with self.lock:
            self.results.append({"name": name, "status": status, "detail": detail, "seconds": round(seconds, 2)})
            if status != "pass" or self.verbose:
                first, *rest = detail.strip().splitlines() or [""]
                print(f"{status.upper()} {name}  {first}", flush=True)
                for line in rest[:60] if status == "fail" else []:
                    print("    " + line, flush=True)

    def count(self, status):
        return sum(result["status"] == status for result in self.results)

    def close(self):
        """Writes the report, prints the summary, and gives the exit code."""
        if self.path:
            with open(self.path, "w") as file:
                json.dump(self.results, file, indent=1)
        print(f"{self.count('pass')} passed, {self.count('fail')} failed, {self.count('skip')} skipped", flush=True)
        return 1 if self.count("fail") or not self.results else 0
