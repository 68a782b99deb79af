"""`python -m devstack up | down | status | logs | restart | traffic | demo`."""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from devstack.demo import SWEEP_INTERVAL_SECONDS, DemoFailed, run_demo
from devstack.deploy import DeploymentFailed, deploy
from devstack.processes import NotStarted
from devstack.stack import START_ORDER, Stack, StackBusy

FOLLOW_SECONDS = 0.3


def main() -> int:
    """Parse the command line and do it; the exit status."""
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and deploy")
    up.add_argument("--sweep-interval", type=float, default=3.0, help="seconds between two rounds")
    up.add_argument("--foreground", action="store_true", help="stay, and stop everything at Ctrl-C")
    commands.add_parser("down", help="stop everything")
    commands.add_parser("status", help="what runs, and where")
    logs = commands.add_parser("logs", help="what the functions wrote")
    logs.add_argument("function", nargs="?", help="part of the function's name, such as balance")
    logs.add_argument("-f", "--follow", action="store_true")
    restart = commands.add_parser("restart", help="kill -9 a service and start it again")
    restart.add_argument("service", choices=START_ORDER)
    traffic = commands.add_parser("traffic", help="move money on the chain, for the chat page to show")
    traffic.add_argument("wallet", nargs="?", help="address; without one, wallets of its own")
    commands.add_parser("demo", help="show the main job, and stop everything again")
    arguments = parser.parse_args()
    # SIGTERM ends in good order too: every `finally` runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _run(arguments)
    except (NotStarted, StackBusy, DeploymentFailed) as error:
        if arguments.command == "demo":
            sys.stdout.write(f"DEMO FAILED: {error}\n")
        else:
            sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(arguments: argparse.Namespace) -> int:
    stack = Stack()
    match arguments.command:
        case "up":
            return _up(stack, arguments)
        case "down":
            stack.stop()
        case "status":
            return _status(stack)
        case "logs":
            _logs(stack.function_logs, arguments.function, follow=arguments.follow)
        case "restart":
            stack.restart(arguments.service)
        case "traffic":
            _traffic(stack, arguments.wallet)
        case "demo":
            return _demo(stack.folder / "demo")
    return 0


def _up(stack: Stack, arguments: argparse.Namespace) -> int:
    stack.start()
    try:
        deployed = deploy(stack, sweep_interval=arguments.sweep_interval)
    except BaseException:
        stack.stop()
        raise
    sys.stdout.write(
        f"\nchat page   {stack.addresses.telegram_url}/\n"
        f"chain       {stack.addresses.rpc_url}\n"
        f"API         {deployed.api_url}\n"
        f"LocalStack  {stack.addresses.aws_url}\n\n"
        "make traffic WALLET=... moves money; make logs shows the functions; make down ends it.\n"
    )
    sys.stdout.flush()
    if arguments.foreground:
        try:
            signal.pause()
        finally:
            stack.stop()
    return 0


def _status(stack: Stack) -> int:
    running = stack.running()
    for name, alive in running.items():
        sys.stdout.write(f"{name:12}{'runs' if alive else 'is gone'}\n")
    if not running:
        sys.stdout.write("nothing runs\n")
        return 1
    sys.stdout.write(f"chat page   {stack.addresses.telegram_url}/\n")
    return 0 if all(running.values()) else 1


def _traffic(stack: Stack, wallet: str | None) -> None:
    """Become the traffic tool, with the running chain's address and keys kept in the stack's folder."""
    command = [sys.executable, "-m", "traffic", "--rpc", stack.addresses.rpc_url]
    command += ["--keys", str(stack.folder / "traffic-keys.json")]
    if wallet:
        command += ["--wallet", wallet]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def _demo(folder: Path) -> int:
    """In a folder of its own, empty at the start, so that a stack that is kept running is left alone."""
    stack = Stack(folder)
    stack.stop()
    stack.clear()
    try:
        with stack:
            deployed = deploy(stack, sweep_interval=SWEEP_INTERVAL_SECONDS)
            line = run_demo(stack, deployed)
    except DemoFailed as error:
        sys.stdout.write(f"DEMO FAILED: {error}\n")
        return 1
    sys.stdout.write(f"{line}\n")
    return 0


def _logs(folder: Path, function: str | None, *, follow: bool) -> None:
    offsets: dict[Path, int] = {}
    while True:
        for line in _new_lines(folder, function, offsets):
            sys.stdout.write(line)
        sys.stdout.flush()
        if not follow:
            return
        time.sleep(FOLLOW_SECONDS)


def _new_lines(folder: Path, function: str | None, offsets: dict[Path, int]) -> Iterator[str]:
    for log in sorted(folder.glob("*/*.log"), key=lambda path: path.stat().st_mtime):
        if function and function.lower() not in log.parent.name.lower():
            continue
        with log.open(errors="replace") as lines:
            lines.seek(offsets.get(log, 0))
            for line in lines:
                yield f"{_short(log.parent.name)}: {line}"
            offsets[log] = lines.tell()


def _short(function: str) -> str:
    """`x1-wallet-watcher-local-BalanceFunction-1a2b3c` is `balance` to a person."""
    for part in function.split("-"):
        if part.endswith("Function"):
            return part.removesuffix("Function").lower()
    return function


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
