"""A new machine: uv and Python 3.13 are found where they truly run, and what is missing is said."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REFUSES = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"
REAL = Path(sys.base_prefix) / "bin" / "python3.13"


class Machine:
    """A checkout of the scripts on a machine with nothing but what a test puts on it."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        shutil.copytree(ROOT / "tools", self.checkout / "tools", ignore=shutil.ignore_patterns("sam"))
        self.path = folder / "bin"
        self.path.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        for tool in ("sh", "dirname", "mkdir", "mv"):
            found = shutil.which(tool)
            assert found is not None
            (self.path / tool).symlink_to(found)

    def put(self, file: Path, script: str) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script)
        file.chmod(0o755)
        return file

    def run(self, script: str, *, shims: Path | None = None) -> subprocess.CompletedProcess[str]:
        path = f"{shims}:{self.path}" if shims else str(self.path)
        return subprocess.run(
            [str(self.path / "sh"), f"tools/{script}"],
            cwd=self.checkout,
            env={"PATH": path, "HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def _python() -> str:
    return f'#!/bin/sh\nexec {REAL} "$@"\n'


def test_a_python_on_path_is_taken_if_it_runs(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", _python())
    found = machine.run("find-python.sh")
    assert found.returncode == 0
    assert Path(found.stdout.strip()).samefile(REAL)


def test_a_shim_that_refuses_does_not_hide_the_python_behind_it(machine: Machine) -> None:
    shims = machine.put(machine.home / ".pyenv" / "shims" / "python3.13", REFUSES).parent
    machine.put(machine.home / ".pyenv" / "versions" / "3.13.5" / "bin" / "python3.13", _python())
    assert machine.run("find-python.sh", shims=shims).returncode == 0


def test_a_python_of_another_version_is_not_taken(machine: Machine) -> None:
    machine.put(machine.path / "python3.13", "#!/bin/sh\nexit 1\n")
    assert machine.run("find-python.sh").returncode == 1


def test_a_uv_that_refuses_is_passed_over_for_one_that_runs(machine: Machine) -> None:
    shims = machine.put(machine.home / ".pyenv" / "shims" / "uv", REFUSES).parent
    machine.put(machine.path / "python3.13", _python())
    own = machine.put(machine.checkout / ".build" / "uv" / "bin" / "uv", "#!/bin/sh\necho uv 1.0\n")
    done = machine.run("bootstrap.sh", shims=shims)
    assert done.returncode == 0, done.stderr
    found = dict(
        line.split(" := ") for line in (machine.checkout / ".build/bootstrap.mk").read_text().splitlines()
    )
    assert found["UV"] == str(own)
    assert Path(found["PYTHON"]).samefile(REAL)


def test_without_uv_and_without_pip_it_says_what_is_needed(machine: Machine) -> None:
    done = machine.run("bootstrap.sh")
    assert done.returncode == 1
    assert "uv is missing" in done.stderr
    assert not (machine.checkout / ".build/bootstrap.mk").exists()


def test_without_python_and_without_a_download_it_says_what_is_needed(machine: Machine) -> None:
    machine.put(machine.path / "uv", '#!/bin/sh\n[ "$1" = --version ]\n')
    done = machine.run("bootstrap.sh")
    assert done.returncode == 1
    assert "Python 3.13 is missing" in done.stderr
    assert not (machine.checkout / ".build/bootstrap.mk").exists()
