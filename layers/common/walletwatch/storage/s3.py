"""`ports.MediaStore` on S3."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from walletwatch.domain.errors import MediaGone, MediaUnavailable
from walletwatch.ports.common import Metrics

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_ATTEMPTS: Final = 4
CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 10
PART_BYTES: Final = 8 * 2**20
"""A file that is larger is uploaded in parts of this size, two at a time; each is tried again by itself."""
_MISSING: Final = frozenset({"404", "NoSuchKey"})


class S3Media:
    """Files in a bucket; boto3 is imported with the first of them.

    Args:
        bucket: Its name. Its lifecycle deletes what is a day old.
    """

    def __init__(self, bucket: str, metrics: Metrics) -> None:
        self._bucket = bucket
        self._metrics = metrics
        self._client: S3Client | None = None

    async def put(self, key: str, content: bytes | Path, content_type: str) -> None:
        """Keep a file, in place of the one that has this key."""
        started = time.perf_counter()
        try:
            await asyncio.to_thread(self._put, key, content, content_type)
        except MediaUnavailable:
            self._metrics.count("MediaFailures")
            raise
        self._metrics.milliseconds("MediaUpload", (time.perf_counter() - started) * 1000)

    @asynccontextmanager
    async def opened(self, key: str) -> AsyncIterator[Path]:
        """A file of one's own with what is kept, which goes at the end."""
        with tempfile.TemporaryDirectory(prefix="media-") as folder:
            path = Path(folder) / "file"
            try:
                await asyncio.to_thread(self._get, key, path)
            except MediaUnavailable:
                self._metrics.count("MediaFailures")
                raise
            yield path

    def _put(self, key: str, content: bytes | Path, content_type: str) -> None:
        from boto3.exceptions import Boto3Error  # noqa: PLC0415 - 200 ms of cold start
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        client = self._connect()
        try:
            if isinstance(content, bytes):
                client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
            else:
                client.upload_file(
                    str(content),
                    self._bucket,
                    key,
                    ExtraArgs={"ContentType": content_type},
                    Config=TransferConfig(
                        multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=2
                    ),
                )
        except (Boto3Error, BotoCoreError, ClientError) as error:
            raise MediaUnavailable(f"S3 did not take the file: {type(error).__name__}") from error

    def _get(self, key: str, path: Path) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            body = self._connect().get_object(Bucket=self._bucket, Key=key)["Body"]
            with path.open("wb") as file:
                for chunk in body.iter_chunks(2**20):
                    file.write(chunk)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                raise MediaGone(key) from error
            raise MediaUnavailable("S3 did not give the file") from error
        except BotoCoreError as error:
            raise MediaUnavailable(f"S3 did not give the file: {type(error).__name__}") from error

    def _connect(self) -> "S3Client":
        if self._client is None:
            import boto3  # noqa: PLC0415 - 200 ms of cold start
            from botocore.config import Config  # noqa: PLC0415

            config = Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
            )
            self._client = boto3.client("s3", config=config)
        return self._client
