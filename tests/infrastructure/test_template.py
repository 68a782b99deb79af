"""Rules of this project that its template keeps, whatever is added to it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as {"Fn": value}."""


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)

TEMPLATE: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
API_GATEWAY_TIMEOUT = 29
SQS_MAX_CONCURRENCY = {"BalanceFunction": 10, "ScanFunction": 3, "NotificationFunction": 5}


def _of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


FUNCTIONS = _of_type("AWS::Serverless::Function")
QUEUES = _of_type("AWS::SQS::Queue")
DEAD_LETTER_QUEUES = {name for name in QUEUES if name.endswith("DeadLetterQueue")}


def _timeout(function: dict[str, Any]) -> int:
    return int(function["Properties"].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"]))


def _queue_events(function: dict[str, Any]) -> list[dict[str, Any]]:
    events = function["Properties"].get("Events", {}).values()
    return [event["Properties"] for event in events if event["Type"] == "SQS"]


def test_every_function_has_its_folder_and_every_folder_its_function() -> None:
    folders = {
        f"functions/{folder.name}"
        for folder in (ROOT / "functions").iterdir()
        if (folder / "app.py").exists()
    }
    assert {function["Properties"]["CodeUri"] for function in FUNCTIONS.values()} == folders


@pytest.mark.parametrize("name", sorted(set(QUEUES) - DEAD_LETTER_QUEUES))
def test_every_queue_has_a_dead_letter_queue_of_its_kind(name: str) -> None:
    properties = QUEUES[name]["Properties"]
    target = properties["RedrivePolicy"]["deadLetterTargetArn"]["GetAtt"].removesuffix(".Arn")
    assert target in DEAD_LETTER_QUEUES
    assert properties["RedrivePolicy"]["maxReceiveCount"] >= 5
    dead_letters = QUEUES[target]["Properties"]
    assert dead_letters.get("FifoQueue") == properties.get("FifoQueue")
    assert dead_letters["MessageRetentionPeriod"] == 14 * 86400


@pytest.mark.parametrize("name", sorted(QUEUES))
def test_every_queue_is_encrypted(name: str) -> None:
    assert QUEUES[name]["Properties"]["SqsManagedSseEnabled"] is True


def test_a_queues_visibility_timeout_is_six_times_its_consumers_timeout() -> None:
    consumed = set()
    for function in FUNCTIONS.values():
        for event in _queue_events(function):
            queue = event["Queue"]["GetAtt"].removesuffix(".Arn")
            consumed.add(queue)
            assert QUEUES[queue]["Properties"]["VisibilityTimeout"] >= 6 * _timeout(function)
    assert consumed == set(QUEUES) - DEAD_LETTER_QUEUES


def test_every_consumer_reports_partial_failures_and_has_a_limit() -> None:
    limits = {}
    for name, function in FUNCTIONS.items():
        for event in _queue_events(function):
            assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            limits[name] = event["ScalingConfig"]["MaximumConcurrency"]
    assert limits == SQS_MAX_CONCURRENCY


def test_every_worker_of_the_sweep_is_started_each_minute_and_can_be_relieved() -> None:
    sweep = FUNCTIONS["SweepFunction"]["Properties"]
    schedules = [event["Properties"] for event in sweep["Events"].values()]
    assert all(schedule["Schedule"] == "rate(1 minute)" for schedule in schedules)
    count = len(schedules)
    assert [json.loads(schedule["Input"]) for schedule in schedules] == [
        {"worker": index, "workers": count} for index in range(count)
    ]
    assert "State" not in schedules[0]
    assert sweep["ReservedConcurrentExecutions"]["If"][1] == 2 * count


def test_a_function_behind_the_api_ends_before_the_api_gives_up() -> None:
    for function in FUNCTIONS.values():
        events = function["Properties"].get("Events", {}).values()
        if any(event["Type"] == "Api" for event in events):
            assert _timeout(function) < API_GATEWAY_TIMEOUT


def test_the_api_is_throttled() -> None:
    (api,) = _of_type("AWS::Serverless::Api").values()
    (settings,) = api["Properties"]["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]


def test_every_function_has_a_log_group_with_an_end() -> None:
    groups = _of_type("AWS::Logs::LogGroup").values()
    named = {group["Properties"]["LogGroupName"]["Sub"] for group in groups}
    assert named == {f"/aws/lambda/${{{name}}}" for name in FUNCTIONS}
    assert all(group["Properties"]["RetentionInDays"] for group in groups)


def _statements(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        found = [value] if "Effect" in value else []
        return found + [statement for part in value.values() for statement in _statements(part)]
    if isinstance(value, list):
        return [statement for part in value for statement in _statements(part)]
    return []


def test_no_policy_has_a_wildcard() -> None:
    statements = _statements(RESOURCES)
    assert statements
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        assert "*" not in str(statement["Resource"])


def test_secrets_are_parameters_without_echo_and_in_no_functions_environment() -> None:
    secret = {"BotToken", "WebhookSecret"}
    for name in secret:
        assert TEMPLATE["Parameters"][name]["NoEcho"] is True
    environments = [TEMPLATE["Globals"]["Function"]["Environment"]]
    environments += [function["Properties"].get("Environment", {}) for function in FUNCTIONS.values()]
    assert not any(name in str(environments) for name in secret)


def test_every_parameter_is_described() -> None:
    grouped = {
        name
        for group in TEMPLATE["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        for name in group["Parameters"]
    }
    assert grouped == set(TEMPLATE["Parameters"])
    assert all(parameter["Description"] for parameter in TEMPLATE["Parameters"].values())


def test_stores_are_encrypted_and_not_public() -> None:
    database = RESOURCES["Database"]["Properties"]
    cache = RESOURCES["Cache"]["Properties"]
    assert database["StorageEncrypted"] is True
    assert database["PubliclyAccessible"] is False
    assert cache["AtRestEncryptionEnabled"] is True
    assert cache["TransitEncryptionEnabled"] is True
