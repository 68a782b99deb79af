"""What a deployment costs a month: AWS's list prices, what was measured here, and what is assumed.

    python -m benchmarks.cost               every plan for 1,000, 10,000 and 100,000 users
    python -m benchmarks.cost prod 10000    every line of one plan

All numbers are in `costing/inputs.toml`, each with where it is from. A month has 730 hours, as AWS bills,
and money is Decimal throughout. Not counted are cold starts, the calls of Secrets Manager and KMS, traffic
between the functions and their stores, pictures and exports, backups beyond the database's size, SNS, tax,
and the RPC provider, whose calls are told instead: X1's public endpoint is free, others bill by the call.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from benchmarks.costing.bill import Bill, Plan, WayOut
from benchmarks.costing.inputs import read_inputs

TARGET: Final = Decimal("0.004")
"""Dollars a user and month, at `TARGET_USERS`."""
TARGET_USERS: Final = 10_000
SIZES: Final = (1_000, 10_000, 100_000)
PLANS: Final[Mapping[str, Plan]] = {
    "prod": Plan(),
    "prod-sweep": Plan(watch_mode="sweep"),
    "prod-stream": Plan(watch_mode="stream", ways_out=2),
    "prod-rare-sweep": Plan(sweep_interval_seconds=45, ways_out=2),
    "dev": Plan(prod=False, database_proxy=False),
    "lean": Plan(
        prod=False,
        watch_mode="stream",
        way_out=WayOut.INSTANCE,
        ways_out=2,
        private_endpoints=False,
        database_instance_class="db.t4g.micro",
        database_proxy=False,
        cache_type="serverless",
    ),
}


def sized(plan: Plan, users: int) -> Plan:
    """The plan with a database for so many."""
    if users < read_inputs().assumed["many_users"]:
        return plan
    return replace(plan, database_instance_class="db.t4g.large")


def users_for(plan: Plan, per_user: Decimal) -> int | None:
    """From how many users on a plan costs no more than this a user; None if never, up to ten million.

    Found by halving: past a step, such as that of a larger database, it may cost more again for a while.
    """
    low, high = 1, 10_000_000

    def costs_too_much(users: int) -> bool:
        return Bill(sized(plan, users), users).per_user > per_user

    if costs_too_much(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if costs_too_much(middle):
            low = middle + 1
        else:
            high = middle
    return low


def print_plans() -> None:
    """The plans beside each other, and what the target says to them."""
    print(f"{'plan':16}{'users':>9}{'at rest':>11}{'total':>11}{'a user':>11}{'gzip':>11}{'RPC calls':>16}")
    for name, plan in PLANS.items():
        for users in SIZES:
            fitting = sized(plan, users)
            bill, compressed = Bill(fitting, users), Bill(replace(fitting, node_compresses=True), users)
            print(
                f"{name:16}{users:>9,}{bill.at_rest:>11,.2f}{bill.total:>11,.2f}{bill.per_user:>11.5f}"
                f"{compressed.total:>11,.2f}{bill.rpc_calls:>16,}"
            )
    print("\nDollars a month; gzip: the total if the RPC endpoint compresses its answers. With gzip:")
    for name, plan in PLANS.items():
        compressing = replace(plan, node_compresses=True)
        each, enough = Bill(compressing, TARGET_USERS).per_user, users_for(compressing, TARGET)
        reached = "never" if enough is None else f"from {enough:,} users on"
        print(f"{name:16}{each:.5f} a user at {TARGET_USERS:,}; {TARGET} a user {reached}")


def print_lines(name: str, users: int) -> None:
    """Every line of a plan, the largest first, with an endpoint that compresses and without."""
    plan = sized(PLANS[name], users)
    bill, compressed = Bill(plan, users), Bill(replace(plan, node_compresses=True), users)
    print(f"{'':28}{'':>10}{'gzip':>10}")
    for line, less in sorted(
        zip(bill.lines, compressed.lines, strict=True), key=lambda pair: pair[0].usd, reverse=True
    ):
        print(f"{line.name:28}{line.usd:>10,.2f}{less.usd:>10,.2f}{'  at rest' if line.at_rest else ''}")
    print(f"{'together':28}{bill.total:>10,.2f}{compressed.total:>10,.2f}")
    print(f"{'of it at rest':28}{bill.at_rest:>10,.2f}{compressed.at_rest:>10,.2f}")
    print(f"{'a user':28}{bill.per_user:>10.5f}{compressed.per_user:>10.5f}")


def main() -> int:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("plan", nargs="?", choices=PLANS)
    parser.add_argument("users", nargs="?", type=int, default=TARGET_USERS)
    arguments = parser.parse_args()
    if arguments.users < 1:
        parser.error("a bill for nobody has no cost a user")
    if arguments.plan:
        print_lines(arguments.plan, arguments.users)
    else:
        print_plans()
    return 0


if __name__ == "__main__":
    sys.exit(main())
