"""Builds the template and deploys it to the stack's LocalStack, as `sam build && sam deploy` does to AWS."""

import contextlib
import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from devstack.layout import BUILT_TEMPLATE, ROOT, SAM, SAM_FOLDER
from devstack.services import REGION
from devstack.stack import BOT_TOKEN, BOT_USERNAME, Stack

if TYPE_CHECKING:
    from botocore.client import BaseClient

STACK_NAME: Final = "x1-wallet-watcher-local"
BUCKET: Final = "x1-wallet-watcher-local-artifacts"
STARTED: Final = frozenset({"RefreshFunction", "SweepFunction", "StreamFunction"})
"""Outputs that name what would wait for its schedule; `WatchMode` tells which watchers there are."""
ARCHITECTURE: Final = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"
"""Of this machine, in Lambda's words."""
ADMIN_ID: Final = 999
"""Who may use the administrators' commands in the local stack."""
OPERATIONS_TOKEN: Final = "operations-token-of-the-local-stack"  # noqa: S105 - of no other stack
LISTED_TOKENS: Final = "B69chRzqzDCmdB5WYB8NRu5Yv5ZA95ABiZcdzCgGm9Tq:USDC.x:6"
"""X1's dollar. Nobody can make it on the local chain, so whatever calls itself so there is a false one."""
DEPLOY_SECONDS: Final = 300
MIGRATE_SECONDS: Final = 60


class DeploymentFailed(Exception):
    """SAM or the migration failed; the message has the end of what it said."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is deployed.

    Attributes:
        api_url: Base URL of the REST API at LocalStack.
        outputs: The template's outputs.
        build_seconds: Of `sam build`; almost none where nothing has changed.
        deploy_seconds: Of `sam deploy`, the migration included.
    """

    api_url: str
    webhook_secret: str
    outputs: Mapping[str, str]
    build_seconds: float
    deploy_seconds: float


def build() -> float:
    """`sam build`, cached; the seconds it took.

    Raises:
        DeploymentFailed: It failed.
    """
    with _exclusive():
        return _build()


def _build() -> float:
    started = time.monotonic()
    cache = SAM_FOLDER / "cache"
    _sam(
        "build",
        "--cached",
        "--parallel",
        "--build-dir",
        str(BUILT_TEMPLATE.parent),
        "--cache-dir",
        str(cache),
    )
    return time.monotonic() - started


@contextlib.contextmanager
def _exclusive() -> Iterator[None]:
    """Keep another launcher of this checkout from building while this one builds or uploads what it built."""
    SAM_FOLDER.mkdir(parents=True, exist_ok=True)
    with (SAM_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def deploy(stack: Stack, *, sweep_interval: float, parameters: Mapping[str, str] | None = None) -> Deployment:
    """Build, deploy, migrate and start the watchers.

    LocalStack skips custom resources, so the migration is invoked here with the event that CloudFormation
    would send. Its schedules start a minute after the deployment or later, so the watchers are started too,
    and the refresh that brings the rates of currencies.

    Args:
        stack: A stack that runs.
        sweep_interval: Seconds between two rounds of the sweep.
        parameters: Values for parameters of the template, in place of those for the local stage.

    Raises:
        DeploymentFailed: A step failed.
    """
    addresses = stack.addresses
    webhook_secret = _deployed_secret(addresses.aws_url) or secrets.token_urlsafe(32)
    overrides = {
        "Stage": "local",
        "Architecture": ARCHITECTURE,
        "BotToken": BOT_TOKEN,
        "WebhookSecret": webhook_secret,
        "BotUsername": BOT_USERNAME,
        "TelegramApiUrl": addresses.telegram_url,
        "ChainProfile": os.environ.get("CHAIN_PROFILE") or "local",
        "ListedTokens": LISTED_TOKENS,
        "RpcUrls": addresses.rpc_url,
        "FxRatesUrl": addresses.fx_rates_url,
        "SweepIntervalSeconds": f"{sweep_interval:g}",
        "DatabaseUrl": addresses.database_url,
        "RedisUrl": addresses.redis_url,
        "AdminIds": str(ADMIN_ID),
        "OperationsToken": OPERATIONS_TOKEN,
        **(parameters or {}),
    }
    with _exclusive():
        build_seconds = _build()
        started = time.monotonic()
        # SAM would make a bucket through a stack of its own, and wait 15 seconds for that.
        client("s3", addresses.aws_url).create_bucket(Bucket=BUCKET)
        functions = client("lambda", addresses.aws_url)
        with _aliases_out_of_the_way(functions):
            _sam(
                "deploy",
                "--config-file",
                str(ROOT / "samconfig.toml"),
                "--config-env",
                "local",
                "--no-resolve-s3",
                "--s3-bucket",
                BUCKET,
                "--template-file",
                str(BUILT_TEMPLATE),
                "--parameter-overrides",
                *(f"{name}={value}" for name, value in overrides.items()),
                environment={"AWS_ENDPOINT_URL": addresses.aws_url},
            )
    outputs = _outputs(addresses.aws_url)
    api_url = _api_url(stack, outputs)
    _migrate(functions, outputs["MigrateFunction"], f"{api_url}/telegram")
    for name in outputs.keys() & STARTED:
        functions.invoke(FunctionName=outputs[name], InvocationType="Event", Payload=b"{}")
    return Deployment(api_url, overrides["WebhookSecret"], outputs, build_seconds, time.monotonic() - started)


@contextlib.contextmanager
def _aliases_out_of_the_way(functions: Any) -> Iterator[None]:
    """Take the functions' aliases away, and have each lead to the newest version in the end.

    CloudFormation moves an alias to a new version. LocalStack 4.14 makes it once more, which fails where it
    is there, and then deletes what it takes for the old one.
    """
    pages = functions.get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    taken = [
        (name, alias["Name"])
        for name in names
        for alias in functions.list_aliases(FunctionName=name)["Aliases"]
    ]
    for name, alias in taken:
        functions.delete_alias(FunctionName=name, Name=alias)
    try:
        yield
    finally:
        for name, alias in taken:
            versions = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            published = [each["Version"] for page in versions for each in page["Versions"]]
            newest = max((each for each in published if each.isdecimal()), key=int)
            with contextlib.suppress(functions.exceptions.ResourceConflictException):
                functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=newest)


def existing(stack: Stack) -> Deployment:
    """What is deployed to a stack that runs already.

    Raises:
        DeploymentFailed: Nothing is.
    """
    aws_url = stack.addresses.aws_url
    secret = _deployed_secret(aws_url)
    if secret is None:
        raise DeploymentFailed(f"{STACK_NAME} is not deployed to {aws_url}")
    outputs = _outputs(aws_url)
    return Deployment(_api_url(stack, outputs), secret, outputs, 0.0, 0.0)


def _deployed_secret(aws_url: str) -> str | None:
    """The webhook's secret of an earlier deployment: functions that are warm know it, and no other."""
    cloudformation = client("cloudformation", aws_url)
    try:
        outputs = _outputs(aws_url)
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    held = client("secretsmanager", aws_url).get_secret_value(SecretId=outputs["SecretArn"])["SecretString"]
    return str(json.loads(held)["webhook_secret"])


def _api_url(stack: Stack, outputs: Mapping[str, str]) -> str:
    return f"{stack.addresses.aws_url}/restapis/{outputs['ApiId']}/v1/_user_request_"


def client(service: str, aws_url: str) -> Any:
    """A boto3 client for LocalStack."""
    made: BaseClient = boto3.client(
        service,
        endpoint_url=aws_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - LocalStack's
        config=Config(retries={"mode": "standard"}, read_timeout=MIGRATE_SECONDS + 10, proxies={}),
    )
    return made


def _outputs(aws_url: str) -> Mapping[str, str]:
    (described,) = client("cloudformation", aws_url).describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _migrate(functions: Any, name: str, webhook_url: str) -> None:
    for properties in ({"Task": "schema"}, {"Task": "registration", "WebhookUrl": webhook_url}):
        event = {"RequestType": "Create", "ResourceProperties": properties}
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        payload = answer["Payload"].read().decode()
        if answer.get("FunctionError"):
            raise DeploymentFailed(f"{properties['Task']} failed: {payload}")


def _sam(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    # The user's own profile, keys and proxy are for the real AWS, and make's flags for another make.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MAKE", "MFLAGS")) and not name.lower().endswith("_proxy")
    }
    python = Path(sys.base_prefix) / "bin" / "python3.13"
    done = subprocess.run(
        [str(SAM), *arguments],
        cwd=ROOT,
        env={
            **inherited,
            # `sam build` takes the first python3.13 on PATH, and a pyenv shim does not run.
            "PATH": f"{python.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHON": str(python),
            "ARCHITECTURE": ARCHITECTURE,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        timeout=DEPLOY_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise DeploymentFailed(f"sam {arguments[0]} failed\n{said}")
