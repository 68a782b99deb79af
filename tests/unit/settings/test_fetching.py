"""What a deployment may fetch, by its settings."""

import pytest

from walletwatch.settings.fetching import FetchSettings
from walletwatch.settings.reading import InvalidSettings, load

ORIGIN = "http://127.0.0.1:8080"


def settings(**environ: str) -> FetchSettings:
    return load(FetchSettings, environ)


def test_by_default_files_are_fetched_from_public_places_only() -> None:
    found = settings(STAGE="prod")
    assert found.fetch_metadata
    assert found.test_origins == frozenset()
    assert not settings(FETCH_METADATA="false").fetch_metadata


def test_a_local_stack_may_name_its_own_origins() -> None:
    found = settings(
        STAGE="local", FETCH_TEST_ORIGINS=f"{ORIGIN}, http://127.0.0.1:9000", IPFS_GATEWAY=ORIGIN
    )
    assert found.test_origins == {ORIGIN, "http://127.0.0.1:9000"}


@pytest.mark.parametrize(
    "environ",
    [
        {"STAGE": "prod", "FETCH_TEST_ORIGINS": ORIGIN},
        {"STAGE": "dev", "FETCH_TEST_ORIGINS": ORIGIN},
        {"FETCH_TEST_ORIGINS": f"{ORIGIN}/path"},
        {"FETCH_TEST_ORIGINS": "127.0.0.1:8080"},
        {"IPFS_GATEWAY": "http://ipfs.example"},
        {"IPFS_GATEWAY": f"{ORIGIN}0", "FETCH_TEST_ORIGINS": ORIGIN},
        {"ARWEAVE_GATEWAY": "arweave.net"},
        {"FETCH_METADATA": "perhaps"},
    ],
)
def test_what_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidSettings):
        settings(**environ)
