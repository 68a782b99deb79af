"""Files on their way to people."""

from pathlib import Path

import pytest

from tests.fakes.metrics import FakeMetrics
from walletwatch.domain.errors import MediaGone, MediaUnavailable
from walletwatch.ports.media import MediaStore
from walletwatch.storage.s3 import PART_BYTES, S3Media

KEY = "pictures/" + "0123456789abcdef" * 2 + ".png"


async def test_what_was_put_is_had_in_a_file_of_ones_own_that_goes(media: MediaStore) -> None:
    await media.put(KEY, b"\x89PNG", "image/png")
    async with media.opened(KEY) as path:
        assert path.read_bytes() == b"\x89PNG"
        path.write_bytes(b"changed")
    assert not path.exists()
    async with media.opened(KEY) as path:
        assert path.read_bytes() == b"\x89PNG"


async def test_a_second_file_takes_the_place_of_the_first(media: MediaStore) -> None:
    await media.put(KEY, b"one", "image/png")
    await media.put(KEY, b"two", "image/png")
    async with media.opened(KEY) as path:
        assert path.read_bytes() == b"two"


async def test_what_is_not_there_is_gone(media: MediaStore) -> None:
    with pytest.raises(MediaGone):
        async with media.opened(KEY):
            pytest.fail("there is nothing to open")


async def test_a_large_file_goes_in_parts(media: MediaStore, tmp_path: Path) -> None:
    source = tmp_path / "large"
    content = bytes(range(256)) * ((2 * PART_BYTES + 1000) // 256)
    source.write_bytes(content)
    await media.put(KEY, source, "application/zip")
    async with media.opened(KEY) as path:
        assert path.read_bytes() == content


@pytest.mark.integration
async def test_failures_are_told_apart_and_counted(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = FakeMetrics()
    nowhere = S3Media(f"{bucket}-not", metrics)
    with pytest.raises(MediaUnavailable):
        await nowhere.put(KEY, b"x", "image/png")
    with pytest.raises(MediaUnavailable):
        async with nowhere.opened(KEY):
            pytest.fail("there is no such bucket")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(MediaUnavailable):
        await S3Media(bucket, metrics).put(KEY, b"x", "image/png")
    assert metrics.counts["MediaFailures"] == 3
