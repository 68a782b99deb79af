"""The layer is built for the functions' architecture, by uv or by pip."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
LAYER = ROOT / "layers" / "common"


def _commands(*variables: str) -> subprocess.CompletedProcess[str]:
    """What `make` would run, with nothing of a surrounding make."""
    environment = {"PATH": os.environ["PATH"], "ARTIFACTS_DIR": "/artifacts"}
    return subprocess.run(
        ["make", "-n", "build-CommonLayer", *variables],
        cwd=LAYER,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_wheels_are_those_of_the_architecture(architecture: str, machine: str) -> None:
    by_uv = _commands(f"ARCHITECTURE={architecture}", "UV=uv").stdout
    assert f"--python-platform {machine}-manylinux_2_28" in by_uv
    by_pip = _commands(f"ARCHITECTURE={architecture}", "UV=").stdout
    assert f"--platform manylinux_2_28_{machine}" in by_pip
    assert "--only-binary :all:" in by_uv
    assert "--only-binary :all:" in by_pip


def test_the_architecture_that_nobody_names_is_the_templates() -> None:
    class Loader(yaml.SafeLoader):
        """Takes CloudFormation's short forms as nothing."""

    Loader.add_multi_constructor("!", lambda *_: None)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[template["Parameters"]["Architecture"]["Default"]]
    assert f"--python-platform {machine}-manylinux_2_28" in _commands("UV=uv").stdout


def test_an_architecture_that_does_not_exist_is_refused() -> None:
    done = subprocess.run(
        ["make", "build-CommonLayer", "ARCHITECTURE=arm", "UV=false"],
        cwd=LAYER,
        env={"PATH": os.environ["PATH"], "ARTIFACTS_DIR": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ARCHITECTURE is arm64 or x86_64, not arm" in done.stderr


def test_every_requirement_is_pinned_with_its_hashes() -> None:
    requirements = (LAYER / "requirements.txt").read_text().replace("\\\n", "").splitlines()
    assert requirements
    for requirement in requirements:
        pin, *hashes = requirement.split(" --hash=")
        assert "==" in pin
        assert hashes
        assert all(value.strip().startswith("sha256:") for value in hashes)


def test_a_build_with_a_name_is_a_layer_of_its_own() -> None:
    assert (
        'echo "20261124T050000Z" > "/artifacts/python/revision.txt"'
        in _commands("UV=uv", "REVISION=20261124T050000Z").stdout
    )
    assert "revision.txt" not in _commands("UV=uv").stdout
