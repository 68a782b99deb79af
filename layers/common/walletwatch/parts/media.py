"""The files on their way to people."""

from walletwatch.observability import EmfMetrics
from walletwatch.settings.reading import load
from walletwatch.settings.stores import MediaSettings
from walletwatch.storage.s3 import S3Media


def make_media(metrics: EmfMetrics) -> "S3Media":
    """The files on their way to people."""
    return S3Media(load(MediaSettings).media_bucket, metrics)
