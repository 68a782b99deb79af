"""The stack with the template deployed to it, once for all e2e tests.

`E2E_STACK` names the folder of a stack that runs already and is used instead, for work on a single test.
"""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devstack.deploy import Deployment, deploy, existing
from devstack.layout import LOCALSTACK_PYTHON, SAM
from devstack.stack import Stack
from telegram_double.client import ControlClient
from traffic.actions import Chain

SWEEP_INTERVAL_SECONDS = 2.0


@dataclass(frozen=True)
class Deployed:
    stack: Stack
    deployment: Deployment


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    if not (LOCALSTACK_PYTHON.exists() and SAM.exists()):
        pytest.skip("LocalStack's and SAM's environments are not installed: make setup")
    running = os.environ.get("E2E_STACK")
    if running:
        stack = Stack(Path(running))
        yield Deployed(stack, existing(stack))
        return
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        with stack:
            yield Deployed(stack, deploy(stack, sweep_interval=SWEEP_INTERVAL_SECONDS))
    finally:
        stack.clear()


@pytest.fixture
async def telegram(deployed: Deployed) -> AsyncIterator[ControlClient]:
    async with ControlClient(deployed.stack.addresses.telegram_url) as client:
        yield client


@pytest.fixture
async def chain(deployed: Deployed) -> AsyncIterator[Chain]:
    async with Chain(deployed.stack.addresses.rpc_url) as chain:
        yield chain
