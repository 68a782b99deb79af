"""The demo is the first e2e test: it fails on a message that is missing, wrong, late or too many."""

import sys

import pytest

from devstack.demo import Demo, Transcript
from telegram_double.client import ControlClient
from traffic.actions import Chain

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_everybody_is_told_of_everything_once(telegram: ControlClient, chain: Chain) -> None:
    # Other tests share the machine meanwhile; `make demo` is stricter.
    line = await Demo(telegram, chain, Transcript(), slack=8.0).run()
    sys.stdout.write(line)
    assert line.startswith("DEMO OK 18 messages")
