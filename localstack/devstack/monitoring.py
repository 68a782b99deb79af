"""Prometheus and Grafana beside the stack, with the configuration that a deployer gets."""

import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from devstack.layout import ROOT
from devstack.processes import NotStarted, Service, free_port

MONITORING: Final = ROOT / "monitoring"
UNPACKED: Final = ROOT / ".build" / "prometheus" / "usr" / "bin"
"""Where make puts Debian's Prometheus on a machine that has none."""
CONSOLE: Final = "consoles/walletwatch.html"
DASHBOARD: Final = "d/walletwatch"
DEFAULTS: Final = Path("conf") / "defaults.ini"
SCRAPE_SECONDS: Final = 5
STAGE: Final = "local"
NO_PROMETHEUS: Final = (
    "Prometheus is not installed: apt-get install prometheus, brew install prometheus, or\n"
    "https://prometheus.io/download; PROMETHEUS=/path/to/prometheus names one that is not on PATH."
)
NO_GRAFANA: Final = (
    "Grafana is not installed, and neither Debian nor PyPI has it: https://grafana.com/grafana/download,\n"
    "or brew install grafana; GRAFANA_HOME names the folder of one that is not on PATH."
)
PACKAGED_GRAFANA: Final = Path("/usr/share/grafana")
"""Of Grafana's Debian and RPM packages, whose command on PATH is a script that sets folders of its own."""


@dataclass(frozen=True, slots=True)
class Grafana:
    """An installation.

    Attributes:
        home: Has its `conf/defaults.ini` and `public`.
    """

    binary: Path
    home: Path


def find_program(name: str) -> Path | None:
    """Prometheus or promtool: named by `PROMETHEUS` or beside that, on PATH, or unpacked by make."""
    named = os.environ.get("PROMETHEUS")
    if named:
        return Path(named).with_name(name).resolve()
    found = shutil.which(name) or shutil.which(name, path=str(UNPACKED))
    return Path(found) if found else None


def find_grafana() -> Grafana | None:
    """Grafana's server: in `GRAFANA_HOME`, from its packages, or on PATH (an archive, or Homebrew)."""
    named = os.environ.get("GRAFANA_HOME")
    if named:
        return _grafana_at(Path(named).resolve())
    found = shutil.which("grafana")
    above = Path(found).resolve().parent.parent if found else None
    if above is not None and (above / "share" / "grafana" / DEFAULTS).exists():
        return Grafana(above / "bin" / "grafana", above / "share" / "grafana")
    return _grafana_at(PACKAGED_GRAFANA) or (_grafana_at(above) if above is not None else None)


def _grafana_at(home: Path) -> Grafana | None:
    binary = home / "bin" / "grafana"
    return Grafana(binary, home) if binary.exists() and (home / DEFAULTS).exists() else None


def prometheus(binary: Path, folder: Path, port: int, metrics_url: str, token: str) -> Service:
    """Prometheus with the files of `monitoring/prometheus`, asking one deployment.

    The folder gets the configuration, the token and the data. `metrics_url` is that of GET /metrics, which
    asks for the token.
    """
    configuration = folder / "configuration"
    shutil.rmtree(configuration, ignore_errors=True)
    shutil.copytree(MONITORING / "prometheus", configuration)
    secret = configuration / "operations-token"
    secret.touch(mode=0o600)
    secret.write_text(token)
    (configuration / "targets.yml").write_text(json.dumps([_target(metrics_url)]))
    return Service(
        "prometheus",
        [
            str(binary),
            f"--config.file={configuration / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.console.templates={configuration / 'consoles'}",
            f"--web.console.libraries={configuration / 'consoles'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        {"PATH": "/usr/bin:/bin", "NO_PROXY": "127.0.0.1"},
        folder,
        ready=_answers(f"http://127.0.0.1:{port}/-/ready"),
    )


def _target(metrics_url: str) -> dict[str, object]:
    """A target of service discovery whose labels take the place of what is set for all deployments."""
    address = urlsplit(metrics_url)
    labels = {
        "stage": STAGE,
        "__scheme__": address.scheme,
        "__metrics_path__": address.path,
        "__scrape_interval__": f"{SCRAPE_SECONDS}s",
        "__scrape_timeout__": f"{SCRAPE_SECONDS}s",
    }
    return {"targets": [address.netloc], "labels": labels}


def grafana(found: Grafana, folder: Path, port: int, prometheus_url: str) -> Service:
    """Grafana with the files of `monitoring/grafana`, which anybody on this machine may look at."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "PATHS_DATA": folder / "data",
        "PATHS_LOGS": folder / "logs",
        "PATHS_PLUGINS": folder / "plugins",
        "PATHS_PROVISIONING": MONITORING / "grafana" / "provisioning",
        "SERVER_HTTP_ADDR": "127.0.0.1",
        "SERVER_HTTP_PORT": port,
        "AUTH_ANONYMOUS_ENABLED": "true",
        "ANALYTICS_REPORTING_ENABLED": "false",
        "ANALYTICS_CHECK_FOR_UPDATES": "false",
        "NEWS_NEWS_FEED_ENABLED": "false",
    }
    environment = {f"GF_{name}": str(value) for name, value in settings.items()}
    environment |= {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "PROMETHEUS_URL": prometheus_url,
        "WALLETWATCH_DASHBOARDS": str(MONITORING / "grafana" / "dashboards"),
    }
    return Service(
        "grafana",
        [str(found.binary), "server", "--homepath", str(found.home)],
        environment,
        folder,
        ready=_answers(f"http://127.0.0.1:{port}/api/health"),
        start_seconds=60.0,
    )


def start_monitoring(
    folder: Path, attach: Callable[[Service], None], metrics_url: str, token: str
) -> list[str]:
    """Start what is installed, with `attach`, in the stack's folder; what to tell the person.

    Raises:
        NotStarted: Prometheus is not installed, or a service did not come up.
    """
    binary = find_program("prometheus")
    if binary is None:
        raise NotStarted(NO_PROMETHEUS)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    attach(prometheus(binary, folder / "prometheus", port, metrics_url, token))
    lines = [f"Prometheus  {url}/", f"dashboard   {url}/{CONSOLE}"]
    installed = find_grafana()
    if installed is None:
        return [*lines, "", NO_GRAFANA]
    port = free_port()
    attach(grafana(installed, folder / "grafana", port, url))
    return [*lines, f"Grafana     http://127.0.0.1:{port}/{DASHBOARD}"]


def _answers(url: str) -> Callable[[], bool]:
    # A proxy that the user has is not for the stack's own addresses.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ready() -> bool:
        try:
            with opener.open(url, timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return ready
