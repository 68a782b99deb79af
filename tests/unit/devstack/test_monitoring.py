"""Where Prometheus and Grafana are looked for, and what is said where they are not."""

from pathlib import Path

import pytest

from devstack import monitoring
from devstack.monitoring import find_grafana, find_program, start_monitoring
from devstack.processes import NotStarted, Service


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PROMETHEUS", "GRAFANA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(monitoring, "UNPACKED", tmp_path / "unpacked")
    monkeypatch.setattr(monitoring, "PACKAGED_GRAFANA", tmp_path / "packaged")


def _program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def _grafana(home: Path) -> Path:
    (home / "conf").mkdir(parents=True)
    (home / "conf" / "defaults.ini").touch()
    return _program(home / "bin" / "grafana")


def test_prometheus_on_path_is_preferred_to_the_unpacked_one(tmp_path: Path) -> None:
    assert find_program("prometheus") is None
    unpacked = _program(tmp_path / "unpacked" / "prometheus")
    assert find_program("prometheus") == unpacked
    installed = _program(tmp_path / "bin" / "prometheus")
    assert find_program("prometheus") == installed


def test_promtool_is_beside_a_prometheus_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS", str(tmp_path / "named" / "prometheus"))
    assert find_program("promtool") == tmp_path / "named" / "promtool"


def test_grafana_of_an_archive_is_named_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = _grafana(tmp_path / "grafana-12")
    monkeypatch.setenv("GRAFANA_HOME", str(tmp_path / "grafana-12"))
    assert find_grafana() == monitoring.Grafana(binary, tmp_path / "grafana-12")


def test_grafana_of_a_package_is_taken_past_its_script(tmp_path: Path) -> None:
    assert find_grafana() is None
    _program(tmp_path / "bin" / "grafana")
    assert find_grafana() is None
    binary = _grafana(tmp_path / "packaged")
    assert find_grafana() == monitoring.Grafana(binary, tmp_path / "packaged")


def test_grafana_of_homebrew_has_its_files_in_share(tmp_path: Path) -> None:
    binary = _program(tmp_path / "cellar" / "bin" / "grafana")
    (tmp_path / "cellar" / "share" / "grafana" / "conf").mkdir(parents=True)
    (tmp_path / "cellar" / "share" / "grafana" / "conf" / "defaults.ini").touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "grafana").symlink_to(binary)
    assert find_grafana() == monitoring.Grafana(binary, tmp_path / "cellar" / "share" / "grafana")


def test_without_prometheus_nothing_starts_and_it_says_where_to_get_it(tmp_path: Path) -> None:
    started: list[Service] = []
    with pytest.raises(NotStarted, match="apt-get install prometheus"):
        start_monitoring(tmp_path, started.append, "http://127.0.0.1:1/metrics", "token")
    assert started == []


def test_without_grafana_prometheus_starts_alone(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "prometheus")
    started: list[Service] = []
    told = start_monitoring(tmp_path, started.append, "http://127.0.0.1:1/v1/metrics", "token")
    assert [service.name for service in started] == ["prometheus"]
    assert any("consoles/walletwatch.html" in line for line in told)
    assert told[-1].startswith("Grafana is not installed")


def test_the_token_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    _program(tmp_path / "bin" / "prometheus")
    start_monitoring(tmp_path, lambda _: None, "http://127.0.0.1:1/v1/metrics", "token")
    secret = tmp_path / "prometheus" / "configuration" / "operations-token"
    assert (secret.read_text(), secret.stat().st_mode & 0o777) == ("token", 0o600)
