"""What a deployment costs a month, by list prices and measured work: `python benchmarks/cost.py`.

Prices are those of us-east-1, on demand, without free tiers, as AWS listed them at `PRICES_OF`; they were
written down by hand and can be out of date. What a person does in a month is assumed, each in a constant.
The RPC provider, taxes and support are not in it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

PRICES_OF: Final = "2026-11"
HOURS: Final = Decimal(730)
SECONDS: Final = HOURS * 3600
MILLION: Final = Decimal(1_000_000)
TARGET: Final = Decimal("0.004")
TARGET_USERS: Final = 10_000


def usd(text: str) -> Decimal:
    """A price in dollars."""
    return Decimal(text)


PRICES: Final[Mapping[str, Decimal]] = {
    "lambda GB-second (arm64)": usd("0.0000133334"),
    "lambda million requests": usd("0.20"),
    "sqs million requests": usd("0.40"),
    "sqs fifo million requests": usd("0.50"),
    "api million requests": usd("3.50"),
    "waf web ACL": usd("5.00"),
    "waf rule": usd("1.00"),
    "waf million requests": usd("0.60"),
    "rds db.t4g.micro hour": usd("0.016"),
    "rds db.t4g.small hour": usd("0.032"),
    "rds db.t4g.medium hour": usd("0.065"),
    "rds gp3 GB": usd("0.115"),
    "rds proxy vCPU hour": usd("0.015"),
    "valkey cache.t4g.micro hour": usd("0.0128"),
    "valkey cache.t4g.small hour": usd("0.0256"),
    "nat hour": usd("0.045"),
    "nat GB": usd("0.045"),
    "address hour": usd("0.005"),
    "endpoint hour": usd("0.01"),
    "log GB": usd("0.50"),
    "metric": usd("0.30"),
    "alarm": usd("0.10"),
    "dashboard": usd("3.00"),
    "key": usd("1.00"),
    "secret": usd("0.40"),
    "trace million": usd("5.00"),
}
"""Dollars for one of what the name says; for an hour, a month or a million where it says so."""

# What people do. Assumed: the bot has no history yet.
UPDATES_PER_USER: Final = Decimal(30)
"""Messages and buttons a month."""
ACTIVITIES_PER_USER: Final = Decimal(60)
"""Transactions of a person's wallets a month, two a day."""
BLOCK_CHECKS_PER_ACTIVITY: Final = Decimal("1.3")
"""Balance invocations for one activity: those of the stream, and some that the sweep asks for besides."""

# How long work takes: what the local stack measures (InvocationLatency at /metrics), rounded up, since a
# function of 512 MB has about a third of a core. A batch of deliveries counts its waiting for its turn.
WEBHOOK_SECONDS: Final = Decimal("0.15")
BALANCE_SECONDS: Final = Decimal("0.20")
NOTIFICATION_SECONDS: Final = Decimal("0.25")
ALARM_SECONDS: Final = Decimal("0.5")
LOG_BYTES_PER_INVOCATION: Final = Decimal(2500)
"""Lambda's own lines, the metrics line, and what the code says."""
MEGABYTES_PER_BLOCK: Final = Decimal("0.25")
"""A compressed getBlock of a chain such as X1; Solana's are several times as large."""
BLOCKS: Final = SECONDS / Decimal("0.4")
METRICS: Final = Decimal(150)
"""Metrics by name and function that are written in a month with everything in use."""
ALARMS: Final = Decimal(34)
TRACED: Final = Decimal("0.05")
"""X-Ray's default: one request a second, and five in a hundred of the others."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Parameters of the template that have a price.

    Attributes:
        stream: Whether the stream runs, in 512 MB all the time.
        sweepers: Workers of the sweep that run all the time, in 256 MB.
        database: Class of the instance.
        zones: 2 for stores in two zones.
        nat: NAT gateways; 0 where the VPC is a given one that has a way out.
        endpoints: Interface endpoints, each in two zones.
        metrics: Whether CloudWatch keeps our metrics.
    """

    name: str
    stream: bool = True
    sweepers: int = 1
    database: str = "db.t4g.small"
    storage_gb: int = 20
    cache: str = "cache.t4g.micro"
    zones: int = 2
    proxy: bool = True
    nat: int = 1
    endpoints: int = 2
    metrics: bool = True


PROD: Final = Choice("prod, as the template has it")
SMALL: Final = Choice(
    "one zone, sweep only, no proxy, no endpoints",
    stream=False,
    database="db.t4g.micro",
    zones=1,
    proxy=False,
    endpoints=0,
)
SHARED: Final = replace(
    SMALL, name="the same in a VPC that has a NAT, with Prometheus for the metrics", nat=0, metrics=False
)


def at_rest(choice: Choice) -> dict[str, Decimal]:
    """What it costs while nobody does anything, by what it is for."""
    price = PRICES
    running = (Decimal("0.5") if choice.stream else 0) + Decimal("0.25") * choice.sweepers
    downloaded = MEGABYTES_PER_BLOCK * BLOCKS / 1000 if choice.stream else Decimal(5)
    return {
        "watchers (Lambda)": running * SECONDS * price["lambda GB-second (arm64)"],
        "examination each minute (Lambda)": Decimal("0.25")
        * ALARM_SECONDS
        * HOURS
        * 60
        * price["lambda GB-second (arm64)"],
        "PostgreSQL": choice.zones
        * (HOURS * price[f"rds {choice.database} hour"] + choice.storage_gb * price["rds gp3 GB"]),
        "RDS Proxy": 2 * HOURS * price["rds proxy vCPU hour"] if choice.proxy else Decimal(0),
        "Valkey": choice.zones * HOURS * price[f"valkey {choice.cache} hour"],
        "NAT gateway and its address": choice.nat * HOURS * (price["nat hour"] + price["address hour"]),
        "blocks and states through it": downloaded * price["nat GB"] if choice.nat else Decimal(0),
        "endpoints": choice.endpoints * 2 * HOURS * price["endpoint hour"],
        "WAF": price["waf web ACL"] + 3 * price["waf rule"],
        "metrics, alarms, dashboard": (METRICS * price["metric"] if choice.metrics else Decimal(0))
        + ALARMS * price["alarm"]
        + price["dashboard"],
        "key and secrets": price["key"] + 3 * price["secret"],
    }


def by_use(users: int) -> dict[str, Decimal]:
    """What people's use costs, by what it is for."""
    price = PRICES
    updates = users * UPDATES_PER_USER
    activities = users * ACTIVITIES_PER_USER
    checks = activities * BLOCK_CHECKS_PER_ACTIVITY
    invocations = updates + checks + activities
    gb_seconds = (
        updates * WEBHOOK_SECONDS * Decimal("0.5")
        + checks * BALANCE_SECONDS * Decimal("0.5")
        + activities * NOTIFICATION_SECONDS * Decimal("0.25")
    )
    return {
        "functions (Lambda)": gb_seconds * price["lambda GB-second (arm64)"]
        + invocations / MILLION * price["lambda million requests"],
        # Sent, received, its visibility set, deleted.
        "queues": 4 * checks / MILLION * price["sqs million requests"]
        + 4 * activities / MILLION * price["sqs fifo million requests"],
        "API and WAF": updates / MILLION * (price["api million requests"] + price["waf million requests"]),
        "logs": invocations * LOG_BYTES_PER_INVOCATION / 1_000_000_000 * price["log GB"],
        "traces": invocations * TRACED / MILLION * price["trace million"],
    }


def total(choice: Choice, users: int) -> Decimal:
    """Dollars a month."""
    return sum(at_rest(grown(choice, users)).values(), Decimal(0)) + sum(by_use(users).values(), Decimal(0))


def grown(choice: Choice, users: int) -> Choice:
    """The same with stores and workers that bear so many users (benchmarks/sweep.py says what one bears)."""
    if users <= TARGET_USERS:
        return choice
    return replace(choice, sweepers=8, database="db.t4g.medium", storage_gb=200, cache="cache.t4g.small")


def main() -> int:
    """Print the tables; the status says nothing of the target, which is a matter of choice."""
    sys.stdout.write(f"List prices of us-east-1, {PRICES_OF}; dollars a month.\n\n")
    for choice in (PROD, SMALL, SHARED):
        sys.stdout.write(f"{choice.name}\n")
        for what, cost in at_rest(choice).items():
            sys.stdout.write(f"  {what:<36}{cost:>10.2f}\n")
        for users in (1_000, TARGET_USERS, 100_000):
            cost = total(choice, users)
            use = sum(by_use(users).values(), Decimal(0))
            sys.stdout.write(
                f"  {users:>7,} users: {cost:>9.2f}, of it use {use:>8.2f}; a user {cost / users:.4f}\n"
            )
        reached = total(choice, TARGET_USERS) / TARGET_USERS < TARGET
        sys.stdout.write(f"  below {TARGET} at {TARGET_USERS:,} users: {'yes' if reached else 'no'}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
