"""Builds the template and deploys it to the stack's LocalStack, as `sam build && sam deploy` does to AWS."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from devstack.layout import BUILT_TEMPLATE, ROOT, SAM
from devstack.services import REGION
from devstack.stack import BOT_TOKEN, BOT_USERNAME, Stack

if TYPE_CHECKING:
    from botocore.client import BaseClient

STACK_NAME: Final = "x1-wallet-watcher-local"
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
    started = time.monotonic()
    _sam("build", "--cached", "--parallel")
    return time.monotonic() - started


def deploy(stack: Stack, *, sweep_interval: float) -> Deployment:
    """Build, deploy, migrate and start the first sweep.

    LocalStack skips custom resources, so the migration is invoked here with the event that CloudFormation
    would send; and it starts the schedule's first minute after the deployment, so the sweep is started too.

    Args:
        stack: A stack that runs.
        sweep_interval: Seconds between two rounds of the sweep.

    Raises:
        DeploymentFailed: A step failed.
    """
    build_seconds = build()
    started = time.monotonic()
    addresses = stack.addresses
    webhook_secret = secrets.token_urlsafe(32)
    parameters = {
        "Stage": "local",
        "Architecture": "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64",
        "BotToken": BOT_TOKEN,
        "WebhookSecret": webhook_secret,
        "BotUsername": BOT_USERNAME,
        "TelegramApiUrl": addresses.telegram_url,
        "ChainProfile": "local",
        "RpcUrls": addresses.rpc_url,
        "SweepIntervalSeconds": f"{sweep_interval:g}",
        "DatabaseUrl": addresses.database_url,
        "RedisUrl": addresses.redis_url,
    }
    _sam(
        "deploy",
        "--config-file",
        str(ROOT / "samconfig.toml"),
        "--config-env",
        "local",
        "--template-file",
        str(BUILT_TEMPLATE),
        "--parameter-overrides",
        *(f"{name}={value}" for name, value in parameters.items()),
        environment={"AWS_ENDPOINT_URL": addresses.aws_url},
    )
    outputs = _outputs(addresses.aws_url)
    api_url = _api_url(stack, outputs)
    functions = client("lambda", addresses.aws_url)
    _migrate(functions, outputs["MigrateFunction"], f"{api_url}/telegram")
    functions.invoke(FunctionName=outputs["SweepFunction"], InvocationType="Event", Payload=b"{}")
    return Deployment(api_url, webhook_secret, outputs, build_seconds, time.monotonic() - started)


def existing(stack: Stack) -> Deployment:
    """What is deployed to a stack that runs already."""
    outputs = _outputs(stack.addresses.aws_url)
    secrets_client = client("secretsmanager", stack.addresses.aws_url)
    held = json.loads(secrets_client.get_secret_value(SecretId=outputs["SecretArn"])["SecretString"])
    return Deployment(_api_url(stack, outputs), held["webhook_secret"], outputs, 0.0, 0.0)


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
        config=Config(retries={"mode": "standard"}, read_timeout=MIGRATE_SECONDS + 10),
    )
    return made


def _outputs(aws_url: str) -> Mapping[str, str]:
    (described,) = client("cloudformation", aws_url).describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def _migrate(functions: Any, name: str, webhook_url: str) -> None:
    event = {"RequestType": "Create", "ResourceProperties": {"WebhookUrl": webhook_url}}
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    payload = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise DeploymentFailed(f"the migration failed: {payload}")


def _sam(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    python_first = f"{Path(sys.base_prefix) / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [str(SAM), *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": python_first,
            "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3.13"),
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
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
