#!/usr/bin/env python3
"""Runs a command with a scratch server: DATABASE_URL names its database, SERVER its folder (also the host to connect to)."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from harness.scratch import Server, end_well_on_sigterm  # noqa: E402

end_well_on_sigterm()
server = Server()
server.create("shop")
environment = os.environ | {"DATABASE_URL": server.url("shop"), "SERVER": server.folder, "USER": "tester"}
code = subprocess.run(sys.argv[1:], env=environment).returncode
server.stop()
sys.exit(code)
