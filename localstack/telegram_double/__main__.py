"""Command line of the double."""

import argparse
import asyncio
import signal

from telegram_double.clock import Clock
from telegram_double.double import Double
from telegram_double.methods import METHODS
from telegram_double.server import serving


async def serve(double: Double, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(double, host=host, port=port) as url:
        print(f"ready {url}", flush=True)
        await stop.wait()


def main() -> None:
    """Parses the command line and serves."""
    parser = argparse.ArgumentParser(
        prog="telegram_double", description="A local Bot API server with a control API and a chat page."
    )
    parser.add_argument("--port", type=int, required=True, help="port to listen on (0: a free one)")
    parser.add_argument("--token", required=True, help="the bot's token, such as 123456:secret")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--username", default="x1_wallet_watcher_bot", help="the bot's username")
    parser.add_argument("--name", default="X1 Wallet Watcher", help="the bot's name")
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="seconds of Telegram's clock in a real second"
    )
    options = parser.parse_args()
    try:
        clock = Clock(options.time_scale)
        double = Double(options.token, METHODS, clock=clock, username=options.username, name=options.name)
    except ValueError as error:
        parser.error(str(error))
    asyncio.run(serve(double, options.host, options.port))


if __name__ == "__main__":
    main()
