# Configuration of lit: `lit --param lpc=build/lpc tests/lit`; `--param update=1` rewrites the expected outputs (the tests fail once more).
import glob
import os
import sys
import tempfile

import lit.formats

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))

config.name = "lpc"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".lp", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = here
config.test_exec_root = lit_config.params.get("output") or tempfile.mkdtemp(prefix="lpc-lit-")

lpc = os.path.abspath(lit_config.params.get("lpc") or os.path.join(root, "build", "lpc"))
tools = max(glob.glob("/usr/lib/llvm-*/bin"), key=lambda path: int(path.split("-")[-1].split("/")[0]))
config.environment["PATH"] = os.pathsep.join([os.path.dirname(lpc), tools, os.environ["PATH"]])
for name in ("HOME", "XDG_CACHE_HOME", "LPC_TEST_RUN", "LPC_PG_BINDIR", "LC_ALL"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["NO_COLOR"] = "1"
config.environment.setdefault("LC_ALL", "C.UTF-8")
config.environment["LPC_ROOT"] = root
config.environment["LPC_UPDATE"] = lit_config.params.get("update", "")

# A page is looked at in a browser where there is one: Debian's chromium-headless-shell.
sys.path.insert(0, os.path.dirname(here))
from harness.browser import find_browser  # noqa: E402

if find_browser():
    config.available_features.add("browser")
else:
    lit_config.note("no Chromium here: pages are not looked at (apt-get install chromium-headless-shell)")

# lit gives each test a TMPDIR that the servers of root's tests, which run as another user, can't enter.
python = f"env TMPDIR={lit_config.params.get('tmp') or '/tmp'} python3"
config.substitutions.append(("%lpc", lpc))
config.substitutions.append(("%root", root))
config.substitutions.append(("%transcript", f"{python} {here}/transcript.py"))
config.substitutions.append(("%look", f"{python} {here}/report/look.py"))
config.substitutions.append(("%server", f"{python} {os.path.dirname(here)}/harness/with_server.py"))
