"""`python -m devstack up | down | deploy | status | logs | kill | restart | traffic | monitor | demo`."""

import argparse
import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

from devstack.demo import SWEEP_INTERVAL_SECONDS, DemoFailed, run_demo
from devstack.deploy import OPERATIONS_TOKEN, Deployment, DeploymentFailed, deploy, existing
from devstack.monitoring import start_monitoring
from devstack.processes import NotStarted
from devstack.stack import START_ORDER, Stack, StackBusy

FOLLOW_SECONDS: Final = 0.3
MIB: Final = 2**20
END_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Parse the command line and do it; the exit status."""
    arguments = _parser().parse_args()
    for number in END_SIGNALS:
        signal.signal(number, _end)
    try:
        return _run(arguments)
    except (NotStarted, StackBusy, DeploymentFailed) as error:
        if arguments.command == "demo":
            sys.stdout.write(f"DEMO FAILED: {error}\n")
        else:
            sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and deploy")
    up.add_argument("--foreground", action="store_true", help="stay, and stop everything at Ctrl-C")
    up.add_argument("--port-base", type=int, help="first of the services' ports; free ones by default")
    up.add_argument("--keep-data", action="store_true", help="with the database of the last run")
    again = commands.add_parser("deploy", help="deploy to the stack that runs")
    for deploying in (up, again):
        deploying.add_argument("--sweep-interval", type=float, default=3.0, help="seconds between two rounds")
        deploying.add_argument(
            "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the template"
        )
    commands.add_parser("down", help="stop everything")
    commands.add_parser("status", help="what runs, and where")
    logs = commands.add_parser("logs", help="what the functions wrote")
    logs.add_argument("function", nargs="?", help="part of the function's name, such as balance")
    logs.add_argument("-f", "--follow", action="store_true")
    for name, text in (("kill", "kill -9 a service"), ("restart", "kill -9 a service and start it again")):
        commands.add_parser(name, help=text).add_argument("service", choices=START_ORDER)
    traffic = commands.add_parser("traffic", help="move money on the chain, for the chat page to show")
    traffic.add_argument("wallet", nargs="?", help="address; without one, wallets of its own")
    commands.add_parser("monitor", help="start Prometheus and Grafana beside the stack")
    commands.add_parser("demo", help="show the main job, and stop everything again")
    return parser


def _end(number: int, _frame: object) -> NoReturn:
    """End in good order: every `finally` runs, and a second Ctrl-C does not cut it short."""
    for ignored in END_SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    sys.exit(128 + number)


def _run(arguments: argparse.Namespace) -> int:
    stack = Stack(port_base=getattr(arguments, "port_base", None))
    match arguments.command:
        case "up":
            return _up(stack, arguments)
        case "deploy":
            _show(stack, _deploy(stack, arguments))
        case "down":
            stack.stop()
        case "status":
            return _status(stack)
        case "logs":
            _logs(stack.function_logs, arguments.function, follow=arguments.follow)
        case "kill" | "restart" as command:
            {"kill": stack.kill, "restart": stack.restart}[command](arguments.service)
        case "traffic":
            _traffic(stack, arguments.wallet)
        case "monitor":
            _monitor(stack)
        case "demo":
            return _demo(stack.folder / "demo")
    return 0


def _up(stack: Stack, arguments: argparse.Namespace) -> int:
    # The chain begins anew with every start, and what the database knows of the last one is worth nothing.
    stack.start(fresh=not arguments.keep_data)
    try:
        _show(stack, _deploy(stack, arguments))
        if arguments.foreground:
            signal.pause()
        stack.keep()
    except BaseException:
        stack.stop()
        raise
    return 0


def _deploy(stack: Stack, arguments: argparse.Namespace) -> Deployment:
    parameters = dict(parameter.split("=", 1) for parameter in arguments.parameter)
    return deploy(stack, sweep_interval=arguments.sweep_interval, parameters=parameters)


def _show(stack: Stack, deployed: Deployment) -> None:
    sys.stdout.write(
        f"\nchat page   {stack.addresses.telegram_url}/\n"
        f"chain       {stack.addresses.rpc_url}\n"
        f"API         {deployed.api_url}\n"
        f"LocalStack  {stack.addresses.aws_url}\n"
        f"PostgreSQL  {stack.addresses.database_url}\n\n"
        "make traffic WALLET=... moves money; make logs shows the functions; make down ends it.\n"
    )
    sys.stdout.flush()


def _status(stack: Stack) -> int:
    running = stack.running()
    if not running:
        sys.stdout.write("nothing runs\n")
        return 1
    memory = stack.memory()
    for name, alive in running.items():
        sys.stdout.write(f"{name:12}{f'{memory[name] / MIB:5.0f} MiB' if alive else 'is gone'}\n")
    sys.stdout.write(f"{'together':12}{sum(memory.values()) / MIB:5.0f} MiB\n")
    sys.stdout.write(f"chat page   {stack.addresses.telegram_url}/\n")
    return 0 if all(running.values()) else 1


def _traffic(stack: Stack, wallet: str | None) -> None:
    """Become the traffic tool, with the running chain's address and keys kept in the stack's folder."""
    command = [sys.executable, "-m", "traffic", "--rpc", stack.addresses.rpc_url]
    command += ["--keys", str(stack.folder / "traffic-keys.json")]
    if wallet:
        command += ["--wallet", wallet]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def _monitor(stack: Stack) -> None:
    metrics_url = f"{existing(stack).api_url}/metrics"
    told = start_monitoring(stack.folder, stack.attach, metrics_url, OPERATIONS_TOKEN)
    sys.stdout.write("\n".join(["", *told, "", "make down ends it with the stack.", ""]))


def _demo(folder: Path) -> int:
    """In a folder of its own, empty at the start, so that a stack that is kept running is left alone."""
    stack = Stack(folder).start(fresh=True)
    try:
        line = run_demo(stack, deploy(stack, sweep_interval=SWEEP_INTERVAL_SECONDS))
    except (DemoFailed, DeploymentFailed) as error:
        sys.stdout.write(f"DEMO FAILED: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it is, the demo's last line says that it failed
        traceback.print_exc()
        sys.stdout.write(f"DEMO FAILED: {type(error).__name__}: {error}\n")
        return 1
    finally:
        stack.stop()
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
