"""Cold start of each function in the artifact built for the local stack, as Lambda would import it.

Every measure is a fresh interpreter without site-packages whose path is the function's code and its layers.
"import" is the import of the handler's module. "first" adds all that the first invocation loads before it can
work: its builder is run with a made-up environment and without the call of Secrets Manager. boto3, which that
call and the queues need, is a row of its own. Nothing connects to anything.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from devstack.deploy import build
from devstack.layout import BUILT_TEMPLATE

BUILD = BUILT_TEMPLATE.parent
RUNS = 7
BUILDERS = {
    "webhook": "webhook",
    "sweep": "sweep",
    "stream": "stream",
    "balance": "balance",
    "scan": "scan",
    "draw": "draw",
    "export": "export",
    "notification": "notification",
    "cleanup": "cleanup",
    "refresh": "refresh",
    "alerts": "alerts",
    "health": "health",
    "alarm": "alarm",
    "migrate": "migration",
}
EVERYTHING = (
    "walletwatch.bot.application, walletwatch.bot.messenger, walletwatch.chain.decoding, "
    "walletwatch.chain.rpc.reader, solana.rpc.async_http_provider, walletwatch.queueing.sqs, "
    "walletwatch.storage.postgres.ledger, walletwatch.storage.redis.leases, boto3"
)
QUEUES = [
    f"{queue}_{end}_URL"
    for queue in ("BALANCE", "SCAN", "DRAW", "EXPORT", "NOTIFICATION")
    for end in ("QUEUE", "DLQ")
]
ENVIRONMENT = {
    "SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:none",
    "DATABASE_WRITE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RPC_URLS": "http://127.0.0.1:1",
    "CHAIN_PROFILE": "local",
    "MEDIA_BUCKET": "none",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PATH": "/usr/bin:/bin",
    **dict.fromkeys(QUEUES, "http://127.0.0.1:1/queue"),
}
SECRETS = json.dumps({"bot_token": "1:benchmark", "webhook_secret": "benchmark-benchmark"})
TIMED = "import time; started = time.perf_counter(); {}; print((time.perf_counter() - started) * 1000)"


def milliseconds(function: str, statement: str) -> float:
    """Median of some fresh interpreters."""
    code = BUILD / f"{function.capitalize()}Function"
    python = Path(sys.base_prefix) / "bin" / "python3.13"
    layers = ["CommonLayer", *(["PicturesLayer"] if function == "draw" else [])]
    path = ":".join([str(code), *(str(BUILD / layer / "python") for layer in layers)])
    environment = {**ENVIRONMENT, "PYTHONPATH": path}
    times = []
    for _ in range(RUNS):
        done = subprocess.run(
            [str(python), "-S", "-P", "-c", TIMED.format(statement)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        times.append(float(done.stdout.split()[-1]))
    return median(times)


def main() -> int:
    """Print the table."""
    build()
    everything = milliseconds("webhook", f"import {EVERYTHING}")
    print(f"{'':14}{'import ms':>10}{'first ms':>10}{'first / everything':>20}")
    for function, builder in BUILDERS.items():
        imported = milliseconds(function, "import app")
        first = milliseconds(
            function,
            f"import app; from walletwatch.bootstrap.{builder} import {builder} as build; "
            "from walletwatch.parts import secrets; "
            f"secrets.read_secret = lambda arn: {SECRETS!r}.encode(); build()",
        )
        print(f"{function:14}{imported:10.0f}{first:10.0f}{first / everything:20.2f}")
    print(f"{'boto3':14}{milliseconds('webhook', 'import boto3'):10.0f}")
    print(f"{'everything':14}{everything:10.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
