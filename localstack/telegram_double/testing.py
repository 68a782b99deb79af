"""A double inside a test's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from telegram_double.client import ControlClient
from telegram_double.clock import Clock
from telegram_double.double import Double
from telegram_double.methods import METHODS
from telegram_double.policy import Policy
from telegram_double.server import serving

TEST_TOKEN = "123456789:AAtest-token-of-the-double"  # noqa: S105 - opens nothing but the double


@dataclass(frozen=True, slots=True)
class RunningDouble:
    """A double that listens.

    Attributes:
        url: Its address; the chat page is there.
        token: The bot's token.
        control: A client of its control API.
        double: Its inside.
    """

    url: str
    token: str
    control: ControlClient
    double: Double

    @property
    def base_url(self) -> str:
        """For ``telegram.Bot(base_url=…)``."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For ``telegram.Bot(base_file_url=…)``."""
        return f"{self.url}/file/bot"


@asynccontextmanager
async def running_double(
    *,
    token: str = TEST_TOKEN,
    policy: Policy | None = None,
    time_scale: float = 1.0,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[RunningDouble]:
    """Serves a double on a free port while the context is open.

    Args:
        token: The bot's token.
        policy: Telegram's numbers.
        time_scale: Seconds of Telegram's clock in a real second.
        host: Address to listen on.
        port: Port, or 0 for a free one.
    """
    double = Double(token, METHODS, policy=policy, clock=Clock(time_scale))
    async with serving(double, host=host, port=port) as url, ControlClient(url) as control:
        yield RunningDouble(url, token, control, double)
