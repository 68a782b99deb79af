"""What the bill is reckoned from is what the template deploys."""

import math

import pytest

from benchmarks.costing.bill import Plan
from benchmarks.costing.inputs import read_inputs
from tests.infrastructure.test_template import FUNCTIONS, QUEUES, RESOURCES, TEMPLATE

INPUTS = read_inputs()
PARAMETERS = TEMPLATE["Parameters"]


def _count(kind: str, **properties: object) -> int:
    return sum(
        resource["Type"] == kind and properties.items() <= resource["Properties"].items()
        for resource in RESOURCES.values()
    )


def test_the_pieces_are_counted_right() -> None:
    managed = sum("ManageMasterUserPassword" in resource["Properties"] for resource in RESOURCES.values()
                  if resource["Type"] == "AWS::RDS::DBInstance")  # fmt: skip
    schedules = [
        event["Properties"]
        for function in FUNCTIONS.values()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "Schedule"
    ]
    consumed = [
        event["Properties"]["Queue"]["GetAtt"].removesuffix(".Arn")
        for function in FUNCTIONS.values()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    fifo = sum(bool(QUEUES[queue]["Properties"].get("FifoQueue")) for queue in consumed)
    counted = {
        "interface_endpoints": _count("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"),
        "firewall_rules": len(RESOURCES["Firewall"]["Properties"]["Rules"]),
        "secrets": _count("AWS::SecretsManager::Secret") + managed,
        "alarms": _count("AWS::CloudWatch::Alarm"),
        "sweep_workers": len(FUNCTIONS["SweepFunction"]["Properties"]["Events"]),
        "scheduled_a_minute": sum(each["Schedule"] == "rate(1 minute)" for each in schedules),
        "standard_queues": len(consumed) - fifo,
        "fifo_queues": fifo,
        "queue_depths": len(QUEUES),
        "stream_memory_mb": FUNCTIONS["StreamFunction"]["Properties"]["MemorySize"],
    }
    assert counted == {name: INPUTS.template[name] for name in counted}
    assert set(INPUTS.template) - set(counted) == {"zones", "database_vcpus"}
    assert _count("AWS::KMS::Key") == _count("AWS::CloudWatch::Dashboard") == 1


@pytest.mark.parametrize("name", sorted(INPUTS.functions))
def test_the_functions_have_the_memory_that_is_billed(name: str) -> None:
    properties = FUNCTIONS[f"{name.capitalize()}Function"]["Properties"]
    assert INPUTS.functions[name].memory_mb == properties["MemorySize"]


def test_a_plan_is_by_default_what_the_template_is_by_default() -> None:
    plan = Plan()
    by_default = {
        "WatchMode": plan.watch_mode,
        "SweepIntervalSeconds": plan.sweep_interval_seconds,
        "NatGateways": plan.ways_out,
        "PrivateEndpoints": "on" if plan.private_endpoints else "off",
        "DatabaseInstanceClass": plan.database_instance_class,
        "DatabaseStorageGb": plan.database_storage_gb,
        "DatabaseReplica": "on" if plan.database_replica else "off",
        "CacheType": plan.cache_type,
        "CacheNodeType": plan.cache_node_type,
        "RetentionDays": math.ceil(INPUTS.assumed["kept_months"] * 365 / 12),
    }
    assert by_default == {name: PARAMETERS[name]["Default"] for name in by_default}
