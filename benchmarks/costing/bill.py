"""What a deployment costs a month at AWS's list prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import Final, Literal

from benchmarks.costing.inputs import Function, Inputs, read_inputs
from walletwatch.domain.sweep import planned_shards
from walletwatch.services.searching import searches_for

HOURS: Final = 730
MINUTES: Final = HOURS * 60
EVERY_MINUTE: Final = ("alarm", "alerts")
"""Functions whose invocations are short, and billed as long as they last."""
SECONDS: Final = MINUTES * 60
MB_PER_GB: Final = 1024
BYTES_PER_GB: Final = 10**9
SERVERLESS_LEAST_GB: Final = Decimal("0.1")
"""What ElastiCache Serverless bills at least for Valkey."""


class WayOut(StrEnum):
    """How the functions reach the internet; the values are the names of prices."""

    GATEWAY = "nat_hour"
    INSTANCE = "nat_instance_hour"
    """In a VPC of one's own (VpcId), which the template does not make."""


@dataclass(frozen=True)
class Plan:
    """Parameters of the template, by what they are called there.

    Attributes:
        ways_out: NatGateways, or how many NAT instances there are: one, or one in each zone.
        node_compresses: Whether the RPC endpoint makes use of the gzip that the client offers.
    """

    prod: bool = True
    watch_mode: Literal["sweep", "stream", "both"] = "both"
    sweep_interval_seconds: int = 15
    way_out: WayOut = WayOut.GATEWAY
    ways_out: int = 1
    private_endpoints: bool = True
    database_instance_class: str = "db.t4g.small"
    database_storage_gb: int = 20
    database_proxy: bool = True
    database_replica: bool = False
    cache_type: Literal["nodes", "serverless"] = "nodes"
    cache_node_type: str = "cache.t4g.micro"
    node_compresses: bool = False

    @property
    def sweeps(self) -> bool:
        """Whether all accounts are looked at in rounds."""
        return self.watch_mode != "stream"

    @property
    def streams(self) -> bool:
        """Whether every block is followed."""
        return self.watch_mode != "sweep"


@dataclass(frozen=True)
class Line:
    """A part of the bill.

    Attributes:
        at_rest: Whether it is due with nobody using the bot.
    """

    name: str
    usd: Decimal
    at_rest: bool


@dataclass(frozen=True)
class Traffic:
    """GB received from the internet, and sent to it."""

    inwards: Decimal
    outwards: Decimal


class Bill:
    """The lines of a plan for a number of users."""

    def __init__(self, plan: Plan, users: int, inputs: Inputs | None = None) -> None:
        self.plan = plan
        self.users = users
        self._inputs = inputs or read_inputs()
        self._assumed, self._measured = self._inputs.assumed, self._inputs.measured
        self._template = self._inputs.template
        usage = self._inputs.usage
        self.updates, self.scans = users * usage.updates, users * usage.scans
        self.accounts = users * usage.wallets * usage.accounts
        self.activities = users * usage.wallets * usage.activities
        self.shards = planned_shards(1, self.accounts)
        self.lines = tuple(self._lines())

    @property
    def total(self) -> Decimal:
        """Dollars a month."""
        return sum((line.usd for line in self.lines), Decimal())

    @property
    def at_rest(self) -> Decimal:
        """The part of it that is due with nobody using the bot."""
        return sum((line.usd for line in self.lines if line.at_rest), Decimal())

    @property
    def per_user(self) -> Decimal:
        """Dollars a user and month."""
        return self.total / self.users

    @property
    def slots(self) -> int:
        """Blocks that are followed in a month."""
        return int(SECONDS / self._assumed["slot_seconds"]) if self.plan.streams else 0

    @property
    def sweep_calls(self) -> int:
        """JSON-RPC calls of the sweep in a month."""
        if not self.plan.sweeps:
            return 0
        each = ceil(self.accounts / self.shards)
        calls = self.shards * (ceil(each / 100) + 2 * searches_for(each))
        return calls * (SECONDS // self.plan.sweep_interval_seconds)

    @property
    def rpc_calls(self) -> int:
        """JSON-RPC calls in a month, as providers bill them."""
        # The stream brings the transactions along; without it a page and a transaction are asked for.
        histories = 0 if self.plan.streams else 2 * self.activities
        return self.sweep_calls + self.slots + histories + MINUTES

    @property
    def invocations(self) -> Mapping[str, int]:
        """Of the functions that people's use starts, and of those that look at something every minute."""
        messages = self.activities + self.scans
        return {
            "webhook": self.updates,
            "balance": int(self.activities * self._measured["balance_invocations"]),
            "scan": self.scans,
            "notification": int(messages * self._measured["notification_invocations"]),
            **dict.fromkeys(EVERY_MINUTE, MINUTES),
        }

    @property
    def _started(self) -> int:
        """Invocations that no schedule starts."""
        return sum(self.invocations.values()) - len(EVERY_MINUTE) * MINUTES

    def _lines(self) -> Iterator[Line]:
        yield from self._network()
        yield from self._stores()
        yield from self._watchers()
        yield from self._functions()
        yield from self._queues()
        yield from self._watching_over()

    def _line(self, name: str, price: str, amount: Decimal | int, *, at_rest: bool = False) -> Line:
        return Line(name, self._inputs.prices[price].usd * amount, at_rest)

    def _network(self) -> Iterator[Line]:
        plan = self.plan
        yield self._line("NAT", plan.way_out.value, HOURS * plan.ways_out, at_rest=True)
        yield self._line("Public addresses", "ipv4_hour", HOURS * plan.ways_out, at_rest=True)
        for name, traffic, at_rest in (("Blocks", self._blocks(), True), ("Data", self._data(), False)):
            through = traffic.inwards + traffic.outwards
            if plan.way_out is WayOut.GATEWAY:
                yield self._line(f"{name} through NAT", "nat_gb", through, at_rest=at_rest)
            if plan.ways_out < self._template["zones"]:
                # Half of the functions are in the other zone; a GB is billed at both ends.
                yield self._line(f"{name} between zones", "zone_gb", through, at_rest=at_rest)
            if traffic.outwards:
                yield self._line(f"{name} to the internet", "internet_gb", traffic.outwards, at_rest=at_rest)
        if plan.private_endpoints:
            count = self._template["interface_endpoints"] * self._template["zones"]
            yield self._line("Endpoints", "endpoint_hour", HOURS * count, at_rest=True)
            yield self._line("Endpoints: data", "endpoint_gb", self._queue_gb())

    def _blocks(self) -> Traffic:
        """What the stream reads. What it asks with is next to nothing."""
        block = self._assumed["block_votes"] * self._measured["vote_bytes"]
        block += self._assumed["block_transactions"] * self._measured["transaction_bytes"]
        left = self._measured["block_gzip"] if self.plan.node_compresses else Decimal(1)
        return Traffic(self.slots * block * left / BYTES_PER_GB, Decimal())

    def _data(self) -> Traffic:
        """Everything but the blocks."""
        measured = self._measured
        left = measured["observe_gzip"] if self.plan.node_compresses else Decimal(1)
        inwards = self.sweep_calls * measured["observe_answer_bytes"] * left
        if not self.plan.streams:
            inwards += self.activities * measured["transaction_bytes"]
        if not self.plan.private_endpoints:
            # Through the NAT, but within AWS's region: that is not billed as sent to the internet.
            inwards += self._queue_gb() * BYTES_PER_GB
        outwards = self.sweep_calls * measured["observe_request_bytes"]
        outwards += (self.activities + self.updates + self.scans) * self._assumed["telegram_bytes"]
        return Traffic(inwards / BYTES_PER_GB, outwards / BYTES_PER_GB)

    def _queue_gb(self) -> Decimal:
        """What the functions themselves send to SQS; Lambda takes records out of the queues by itself."""
        requests = sum(self.invocations.values()) + self._template["queue_depths"] * MINUTES
        return requests * self._assumed["queue_request_bytes"] / BYTES_PER_GB

    def _stores(self) -> Iterator[Line]:
        plan = self.plan
        instances = (self._template["zones"] if plan.prod else 1) + int(plan.database_replica)
        yield self._line("PostgreSQL", plan.database_instance_class, HOURS * instances, at_rest=True)
        least = Decimal(plan.database_storage_gb)
        yield self._line("PostgreSQL: storage", "rds_gb_month", least * instances, at_rest=True)
        row = self._measured["activity_bytes"] + self._measured["delivery_bytes"]
        used = self._assumed["kept_months"] * self.activities * row / BYTES_PER_GB
        yield self._line("PostgreSQL: growth", "rds_gb_month", max(Decimal(), used - least) * instances)
        if plan.database_proxy:
            hours = HOURS * self._template["database_vcpus"]
            yield self._line("RDS Proxy", "rds_proxy_vcpu_hour", hours, at_rest=True)
        if plan.cache_type == "nodes":
            yield self._line("Valkey", plan.cache_node_type, HOURS * (2 if plan.prod else 1), at_rest=True)
        else:
            yield self._line("Valkey", "valkey_gb_hour", HOURS * SERVERLESS_LEAST_GB, at_rest=True)
            idle = MINUTES * self._measured["valkey_idle_commands"]
            yield self._line("Valkey: commands at rest", "valkey_ecpu", idle, at_rest=True)
            used = self.activities * self._measured["valkey_commands"]
            yield self._line("Valkey: commands", "valkey_ecpu", used)

    @property
    def _busy_workers(self) -> int:
        """Workers of the sweep that have a shard."""
        return min(self._template["sweep_workers"], self.shards) if self.plan.sweeps else 0

    def _watchers(self) -> Iterator[Line]:
        if self.plan.sweeps:
            idle = self._template["sweep_workers"] - self._busy_workers
            seconds = self._busy_workers * self._measured["sweep_seconds"]
            seconds += idle * self._assumed["idle_worker_milliseconds"] / 1000
            memory = sweep_memory_mb(self.accounts)
            yield self._line(
                "Sweep", "lambda_gb_second", MINUTES * seconds * memory / MB_PER_GB, at_rest=True
            )
        if self.plan.streams:
            seconds = MINUTES * self._measured["stream_seconds"]
            memory = self._template["stream_memory_mb"]
            yield self._line("Stream", "lambda_gb_second", seconds * memory / MB_PER_GB, at_rest=True)

    def _functions(self) -> Iterator[Line]:
        for name, count in self.invocations.items():
            function = self._inputs.functions[name]
            seconds = count * billed_seconds(function, self._assumed["full_core_mb"])
            gb_seconds = seconds * function.memory_mb / MB_PER_GB
            yield self._line(name.capitalize(), "lambda_gb_second", gb_seconds, at_rest=name in EVERY_MINUTE)
        scheduled = self._template["scheduled_a_minute"] * MINUTES
        yield self._line("Scheduled invocations", "lambda_request", scheduled, at_rest=True)
        yield self._line("Other invocations", "lambda_request", self._started)
        yield self._line("API", "api_request", self.updates)
        yield self._line("Firewall", "waf_acl", 1, at_rest=True)
        yield self._line("Firewall: rules", "waf_rule", self._template["firewall_rules"], at_rest=True)
        yield self._line("Firewall: requests", "waf_request", self.updates)

    def _queues(self) -> Iterator[Line]:
        template, each = self._template, self._assumed["queue_requests"]
        polls = self._assumed["pollers"] * self._assumed["polls_a_minute"]
        standard = MINUTES * (polls * template["standard_queues"] + template["queue_depths"])
        yield self._line("Queues at rest", "sqs_standard_request", standard, at_rest=True)
        fifo = MINUTES * polls * template["fifo_queues"]
        yield self._line("FIFO queue at rest", "sqs_fifo_request", fifo, at_rest=True)
        standard = each * (self.invocations["balance"] + self.invocations["scan"])
        yield self._line("Queues", "sqs_standard_request", standard)
        yield self._line("FIFO queue", "sqs_fifo_request", each * self.invocations["notification"])

    def _watching_over(self) -> Iterator[Line]:
        yield self._line("Custom metrics", "metric_month", self._measured["custom_metrics"], at_rest=True)
        yield self._line("Alarms", "alarm_month", self._template["alarms"], at_rest=True)
        yield self._line("Dashboard", "dashboard_month", 1, at_rest=True)
        yield self._line("Secrets", "secret_month", self._template["secrets"], at_rest=True)
        yield self._line("Key", "key_month", 1, at_rest=True)
        written = {
            name: count * self._inputs.functions[name].log_bytes for name, count in self.invocations.items()
        }
        at_rest = Decimal(sum(written.pop(name) for name in EVERY_MINUTE))
        at_rest += MINUTES * self._busy_workers * self._measured["sweep_log_bytes"]
        if self.plan.streams:
            at_rest += MINUTES * self._measured["stream_log_bytes"]
        yield from self._logs("Logs at rest", at_rest, at_rest=True)
        yield from self._logs("Logs", Decimal(sum(written.values())), at_rest=False)
        scheduled = self._template["scheduled_a_minute"] * MINUTES
        everything = scheduled + self._started
        yield self._line("Traces at rest", "trace", self._traces(scheduled), at_rest=True)
        yield self._line("Traces", "trace", self._traces(everything) - self._traces(scheduled))

    def _logs(self, name: str, written: Decimal, *, at_rest: bool) -> Iterator[Line]:
        gb = written / BYTES_PER_GB
        yield self._line(f"{name}: taken in", "log_gb", gb, at_rest=at_rest)
        yield self._line(
            f"{name}: kept", "log_gb_month", gb * self._assumed["logs_kept_share"], at_rest=at_rest
        )

    def _traces(self, invocations: int) -> Decimal:
        """How many of them X-Ray records."""
        always = min(Decimal(invocations), self._assumed["traces_a_second"] * SECONDS)
        return always + (invocations - always) * self._assumed["traces_share"]


def billed_seconds(function: Function, full_core_mb: Decimal) -> Decimal:
    """Of an invocation at AWS, where it has a part of a core, and everything is further away."""
    slower = max(Decimal(1), full_core_mb / function.memory_mb)
    return (function.milliseconds * slower + function.remote_milliseconds) / 1000


def sweep_memory_mb(accounts: int) -> int:
    """What the template's SweepMemoryMb advises for so many accounts."""
    if accounts <= 10_000:
        return 256
    return 512 if accounts <= 50_000 else 1024
