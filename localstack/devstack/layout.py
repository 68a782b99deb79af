"""Where things are in a checkout."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
EXECUTOR: Final = ROOT / "localstack" / "executor"
LOCALSTACK_PYTHON: Final = EXECUTOR / ".venv" / "bin" / "python"
SAM: Final = ROOT / "tools" / "sam" / ".venv" / "bin" / "sam"
LAMBDA_RUNTIME: Final = ROOT / ".build" / "lambda-runtime"
SAM_FOLDER: Final = ROOT / ".build" / "sam"
"""Local builds; not `.aws-sam`, from whose cache a deployer's build would take this machine's layer."""
BUILT_TEMPLATE: Final = SAM_FOLDER / "build" / "template.yaml"


def stack_folder() -> Path:
    """The stack's data: `STACK_DIR`, or `.stack` in the checkout."""
    return Path(os.environ.get("STACK_DIR") or ROOT / ".stack").resolve()
