"""Each function imports what it needs and nothing of what others need: that is its cold start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.coldstart import BUILDERS, ENVIRONMENT, SECRETS

ROOT = Path(__file__).parents[3]
HEAVY = ("matplotlib", "numpy", "PIL", "xlsxwriter")
ALLOWED = {"draw": {"matplotlib", "numpy", "PIL"}}
"""A spreadsheet's writer is imported with the first spreadsheet."""


@pytest.mark.parametrize("function", BUILDERS)
def test_what_draws_and_what_writes_spreadsheets_is_imported_by_nobody_else(function: str) -> None:
    script = f"""
import json, sys
import functions.{function}.app
from walletwatch.bootstrap.{BUILDERS[function]} import {BUILDERS[function]} as build
from walletwatch.parts import secrets
secrets.read_secret = lambda arn: {SECRETS!r}.encode()
build()
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT), "PTB_TIMEDELTA": "true"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout.splitlines()[-1])) == ALLOWED.get(function, set())
