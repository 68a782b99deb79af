"""Rules of this project that its template keeps, whatever is added to it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from walletwatch import observability
from walletwatch.domain.alerts import Condition
from walletwatch.domain.measures import MEASURES
from walletwatch.services.cloudwatch import read_alarm

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
SQS_MAX_CONCURRENCY = {
    "BalanceFunction": 10,
    "ScanFunction": 3,
    "DrawFunction": 3,
    "ExportFunction": 2,
    "NotificationFunction": 5,
}


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


def test_every_function_has_a_log_group_of_its_own_with_an_end() -> None:
    for name, function in FUNCTIONS.items():
        group = RESOURCES[function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]]
        folder = function["Properties"]["CodeUri"].removeprefix("functions/")
        assert group["Properties"]["LogGroupName"]["Sub"] == f"/${{AWS::StackName}}/{folder}", name
        assert group.get("Condition") == function.get("Condition")
    for group in _of_type("AWS::Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert "Key" in str(group["Properties"]["KmsKeyId"])


def _statements(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        found = [value] if "Effect" in value else []
        return found + [statement for part in value.values() for statement in _statements(part)]
    if isinstance(value, list):
        return [statement for part in value for statement in _statements(part)]
    return []


def _actions(statement: dict[str, Any]) -> list[str]:
    return statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]


WITHOUT_RESOURCES = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
"""Actions for which AWS knows no narrower resource beforehand; the template says so beside each."""


OF_OBJECTS = {"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}
"""What is done with the files of one folder, whose names are made as they come."""


def test_no_policy_has_a_wildcard_without_need() -> None:
    policies = {name: each for name, each in RESOURCES.items() if each["Type"] != "AWS::KMS::Key"}
    statements = [each for each in _statements(policies) if each["Effect"] == "Allow" and "Action" in each]
    assert len(statements) > 30
    for statement in statements:
        actions = _actions(statement)
        assert not any("*" in action for action in actions), statement
        if "Resource" in statement and "*" in str(statement["Resource"]):
            objects = re.findall(
                r"\$\{MediaBucket\.Arn\}/(?:pictures|exports)/\*", str(statement["Resource"])
            )
            of_bucket = objects and len(objects) == str(statement["Resource"]).count("*")
            assert set(actions) <= (OF_OBJECTS if of_bucket else WITHOUT_RESOURCES), statement


def test_the_keys_policy_opens_it_to_this_account_and_to_services_on_conditions() -> None:
    for statement in _statements(RESOURCES["Key"]["Properties"]["KeyPolicy"]):
        if statement["Sid"] == "Account":
            assert statement["Principal"]["AWS"]["Sub"].endswith(":iam::${AWS::AccountId}:root")
        else:
            assert statement["Condition"], statement
            assert not any("*" in action for action in _actions(statement))


def test_every_function_has_a_role_of_its_own() -> None:
    roles = {name: function["Properties"]["Role"]["GetAtt"] for name, function in FUNCTIONS.items()}
    assert roles == {name: f"{name.removesuffix('Function')}Role.Arn" for name in FUNCTIONS}
    # SAM would add policies of AWS's to a role that it makes, with rights to all queues and log groups.
    assert not any("Policies" in function["Properties"] for function in FUNCTIONS.values())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_may_use_the_queues_it_is_told_of_and_no_others(name: str) -> None:
    role = RESOURCES[FUNCTIONS[name]["Properties"]["Role"]["GetAtt"].removesuffix(".Arn")]
    variables = FUNCTIONS[name]["Properties"].get("Environment", {}).get("Variables", {})
    told = {
        each["Ref"] for variable, each in variables.items() if variable.endswith(("QUEUE_URL", "DLQ_URL"))
    }
    allowed = {
        found
        for statement in _statements(role)
        if any(action.startswith("sqs:") for action in _actions(statement))
        for found in re.findall(r"'(\w+Queue)\.Arn'", str(statement["Resource"]))
    }
    assert allowed == told


def _variable(function: dict[str, Any], name: str) -> str | None:
    value: str | None = function["Properties"].get("Environment", {}).get("Variables", {}).get(name)
    return value


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_what_a_function_waits_for_ends_before_it_does(name: str) -> None:
    function = FUNCTIONS[name]
    acquire = float(_variable(function, "DATABASE_ACQUIRE_SECONDS") or 30)
    connect = float(_variable(function, "DATABASE_CONNECT_SECONDS") or 10)
    deadline = float(_variable(function, "RPC_DEADLINE_SECONDS") or 15)
    assert connect <= acquire
    assert acquire < _timeout(function)
    assert deadline < _timeout(function)


def test_a_release_is_taken_into_use_behind_its_schema() -> None:
    for name, function in FUNCTIONS.items():
        if name != "MigrateFunction":
            assert "Schema" in str(function["DependsOn"]), name
    assert RESOURCES["Schema"]["Properties"]["Task"] == "schema"
    assert "Schema" in str(RESOURCES["Registration"]["DependsOn"])
    for resource in (RESOURCES["Schema"], RESOURCES["Registration"]):
        assert int(resource["Properties"]["ServiceTimeout"]) > _timeout(FUNCTIONS["MigrateFunction"])


def test_what_people_wait_for_is_released_to_few_first_and_rolled_back_by_alarms() -> None:
    for layer in _of_type("AWS::Serverless::LayerVersion").values():
        assert layer["Properties"]["PublishLambdaVersion"] is True
    for folder in ("webhook", "balance", "notification", "scan", "draw", "export"):
        name = f"{folder.capitalize()}Function"
        properties = FUNCTIONS[name]["Properties"]
        assert properties["AutoPublishAlias"] == "live"
        # Without this and the layer's own, a new layer, which nearly all code is in, makes no new version.
        assert properties["AutoPublishAliasAllProperties"] is True
        preference = properties["DeploymentPreference"]
        assert preference["Type"]["If"] == ["Prod", "Canary10Percent5Minutes", "AllAtOnce"]
        errors, *others = [each["If"][1] for each in preference["Alarms"]]
        assert errors == RESOURCES[f"{name.removesuffix('Function')}Errors"]["Properties"]["AlarmName"]
        assert others == [{"Ref": "ApiErrors"}, {"Ref": "DeadLetters"}]


ALARMS = _of_type("AWS::CloudWatch::Alarm")


def test_every_function_has_an_alarm_for_its_errors() -> None:
    watched = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        if alarm["Properties"]["MetricName"] == "Errors"
        for dimension in alarm["Properties"]["Dimensions"]
    }
    assert watched == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_says_how_bad_it_is_and_is_heard(name: str) -> None:
    properties = ALARMS[name]["Properties"]
    assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "AlarmTopic"}]
    said = read_alarm(
        json.dumps(
            {
                "AlarmName": name,
                "AlarmDescription": properties["AlarmDescription"],
                "NewStateValue": "ALARM",
                "NewStateReason": "",
            }
        )
    )
    assert said is not None
    level = re.match(r"\[(\w+)\]", properties["AlarmDescription"])
    assert level is not None
    assert said.finding.level.value == level[1]


def test_there_is_an_alarm_for_every_condition() -> None:
    mirrored = set()
    for alarm in ALARMS.values():
        named = re.match(r"\[\w+\] (\w+): ", alarm["Properties"]["AlarmDescription"])
        if named:
            mirrored.add(Condition(named[1]))
    # The one that examines is what asks the RPC: if it cannot, WatcherBehind sounds.
    assert mirrored == set(Condition) - {Condition.CLOUDWATCH, Condition.RPC_LOST}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_of_ours_watches_a_metric_that_there_is(name: str) -> None:
    properties = ALARMS[name]["Properties"]
    if properties["Namespace"] != observability.NAMESPACE:
        return
    (service,) = properties["Dimensions"]
    assert service["Name"] == "service"
    assert (ROOT / "functions" / service["Value"]).is_dir()
    measure = MEASURES[properties["MetricName"]]
    assert measure.recorded or service["Value"] == "alarm"


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    dashboard = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
    body = json.loads(re.sub(r"\$\{[^}]+\}", "x", dashboard))
    titles = [widget["properties"]["markdown"] for widget in body["widgets"] if widget["type"] == "text"]
    assert titles == ["## System", "## Performance", "## Health"]
    own = [
        metric
        for widget in body["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == observability.NAMESPACE
    ]
    assert len(own) > 30
    for _, name, dimension, service, *_ in own:
        assert dimension == "service"
        assert MEASURES[name].recorded or service == "alarm", name


def test_what_is_kept_when_the_stack_is_deleted() -> None:
    kept = {
        name: resource["DeletionPolicy"]
        for name, resource in RESOURCES.items()
        if "DeletionPolicy" in resource
    }
    # The snapshot is of no use without its key; the replica holds nothing that the database does not.
    # A bucket with files in it could not be deleted; this one empties itself.
    assert kept == {"Database": "Snapshot", "Key": "Retain", "Replica": "Delete", "MediaBucket": "Retain"}
    assert all(RESOURCES[name]["UpdateReplacePolicy"] == policy for name, policy in kept.items())


def test_secrets_and_topics_are_encrypted_with_the_stacks_key() -> None:
    for secret in _of_type("AWS::SecretsManager::Secret").values():
        assert "Key" in str(secret["Properties"]["KmsKeyId"])
    for topic in _of_type("AWS::SNS::Topic").values():
        assert "Key" in str(topic["Properties"]["KmsMasterKeyId"])


def test_requests_are_limited_but_telegrams_are_not() -> None:
    rules = {rule["Name"]: rule for rule in RESOURCES["Firewall"]["Properties"]["Rules"]}
    rate = rules["Rate"]["Statement"]["RateBasedStatement"]
    assert rate["Limit"] / rate["EvaluationWindowSec"] == 10
    assert rate["AggregateKeyType"] == "IP"
    assert rules["Telegram"]["Priority"] == min(rule["Priority"] for rule in rules.values())
    assert list(rules["Telegram"]["Action"]) == ["Allow"]
    assert RESOURCES["TelegramAddresses"]["Properties"]["Addresses"] == ["149.154.160.0/20", "91.108.4.0/22"]


def test_the_stores_can_only_be_reached_from_the_functions() -> None:
    ingress = _of_type("AWS::EC2::SecurityGroupIngress")
    assert ingress
    for rule in ingress.values():
        assert "SourceSecurityGroupId" in rule["Properties"]
        assert "CidrIp" not in rule["Properties"]
    inline = [
        rule
        for group in _of_type("AWS::EC2::SecurityGroup").values()
        for rule in group["Properties"].get("SecurityGroupIngress", [])
    ]
    assert all("SourceSecurityGroupId" in rule for rule in inline)


LOCAL_TYPES = {
    "AWS::Serverless::Function",
    "AWS::Serverless::LayerVersion",
    "AWS::Serverless::Api",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::CloudFormation::CustomResource",
}


def test_the_local_stage_makes_only_what_the_emulator_has() -> None:
    local = {
        resource["Type"]
        for resource in RESOURCES.values()
        if resource.get("Condition") in {None, "Sweeps", "Streams"}
    }
    assert local == LOCAL_TYPES


def test_secrets_are_parameters_without_echo_and_in_no_functions_environment() -> None:
    secret = {"BotToken", "WebhookSecret", "OperationsToken"}
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
    assert cache["UserGroupIds"] == [{"Ref": "CacheUsers"}]
    assert RESOURCES["CacheParameters"]["Properties"]["Properties"]["maxmemory-policy"] == "allkeys-lru"
    assert RESOURCES["DatabaseParameters"]["Properties"]["Parameters"]["rds.force_ssl"] == "1"
    assert RESOURCES["DatabaseConnections"]["Properties"]["RequireTLS"] is True
    for store in (database, cache, RESOURCES["CacheStore"]["Properties"]):
        assert "Key" in str(store["KmsKeyId"])
    for name in ("Database", "Replica"):
        assert RESOURCES[name]["Properties"]["PubliclyAccessible"] is False


def test_files_are_encrypted_not_public_sent_by_tls_only_and_forgotten() -> None:
    (bucket,) = _of_type("AWS::S3::Bucket").values()
    properties = bucket["Properties"]
    (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "Key" in str(encryption["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
    (policy,) = _of_type("AWS::S3::BucketPolicy").values()
    (statement,) = _statements(policy)
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_function_that_draws_has_what_draws() -> None:
    assert TEMPLATE["Globals"]["Function"]["Layers"] == [{"Ref": "CommonLayer"}]
    with_more = {
        name: each["Properties"]["Layers"]
        for name, each in FUNCTIONS.items()
        if "Layers" in each["Properties"]
    }
    assert with_more == {"DrawFunction": [{"Ref": "PicturesLayer"}]}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_may_use_the_files_if_it_is_told_of_their_bucket(name: str) -> None:
    role = RESOURCES[FUNCTIONS[name]["Properties"]["Role"]["GetAtt"].removesuffix(".Arn")]
    allowed = any(
        action.startswith("s3:") for statement in _statements(role) for action in _actions(statement)
    )
    assert allowed == (_variable(FUNCTIONS[name], "MEDIA_BUCKET") is not None)
