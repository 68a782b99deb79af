"""Prometheus with the shipped configuration scrapes the deployed health function."""

from pathlib import Path

import pytest

from devstack.deploy import OPERATIONS_TOKEN
from devstack.monitoring import NO_PROMETHEUS, find_program, prometheus
from devstack.processes import free_port
from tests.e2e.conftest import Deployed
from tests.prometheus import running, until
from walletwatch.services.administering import QUEUES
from walletwatch.services.exposition import STATES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def test_the_deployment_is_scraped_with_its_token(deployed: Deployed, tmp_path: Path) -> None:
    binary = find_program("prometheus")
    if binary is None:
        pytest.skip(NO_PROMETHEUS)
    port = free_port()
    metrics_url = f"{deployed.deployment.api_url}/metrics"
    service = prometheus(binary, tmp_path / "prometheus", port, metrics_url, OPERATIONS_TOKEN)
    with running(service, f"http://127.0.0.1:{port}") as server:
        until(lambda: server.values('up{job="walletwatch",stage="local"}') == [1])
        assert len(server.values('walletwatch_component_health{stage="local"}')) == 7
        # The first scrape was an invocation too, which the second one tells.
        until(lambda: server.values('walletwatch_invocations_total{function="health",stage="local"}') > [0])
        messages = server.values('walletwatch_queue_messages{stage="local"}')
        assert len(messages) == len(QUEUES) * len(STATES)
