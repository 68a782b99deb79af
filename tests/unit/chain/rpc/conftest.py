"""All of these tests run on an event loop on which waiting takes no time."""

from collections.abc import Callable, Mapping

import pytest

from tests.fakes.loop import VirtualLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], VirtualLoop]]:
    return {"virtual": VirtualLoop}
