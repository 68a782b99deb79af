"""Files that were uploaded by the bot or by people."""

import hashlib
import mimetypes
import struct
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from telegram_double.arguments import Upload
from telegram_double.errors import bad_request
from telegram_double.fields import Json


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its identifiers.

    Attributes:
        file_id: What the bot uses to send it again or to download it.
        unique_id: The same for the same content.
        path: ``file_path`` for a download.
        size: (width, height) in pixels, for pictures.
    """

    file_id: str
    unique_id: str
    path: str
    upload: Upload
    size: tuple[int, int] | None = None

    def document(self) -> Json:
        """The Document object."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_name": self.upload.name,
            "mime_type": self.upload.content_type,
            "file_size": len(self.upload.content),
        }

    def photo_size(self) -> Json:
        """The PhotoSize object."""
        width, height = self.size or (0, 0)
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "width": width,
            "height": height,
            "file_size": len(self.upload.content),
        }


@dataclass(slots=True)
class FileStore:
    """All files, in memory."""

    _files: dict[str, StoredFile] = field(default_factory=dict)
    _paths: dict[str, StoredFile] = field(default_factory=dict)

    def add(self, upload: Upload, *, photo: bool = False) -> StoredFile:
        """Stores an upload.

        Raises:
            ApiError: 400 if it is empty, or should be a picture and is none.
        """
        if not upload.content:
            raise bad_request("file must be non-empty")
        size = picture_size(upload.content) if photo else None
        if photo and size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        name = PurePosixPath(upload.name.replace("\\", "/")).name or "file"
        content_type = upload.content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        number = len(self._files)
        unique = hashlib.sha256(upload.content).hexdigest()[:16]
        folder = "photos" if photo else "documents"
        stored = StoredFile(
            file_id=f"{'AgAC' if photo else 'BQAC'}{number:06d}{unique}",
            unique_id=f"AQAD{unique}",
            path=f"{folder}/file_{number}{PurePosixPath(name).suffix}",
            upload=Upload(name, upload.content, content_type),
            size=size,
        )
        self._files[stored.file_id] = stored
        self._paths[stored.path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        """The file with this identifier.

        Raises:
            ApiError: 400 in Telegram's words.
        """
        try:
            return self._files[file_id]
        except KeyError:
            raise bad_request("wrong file_id or the file is temporarily unavailable") from None

    def find(self, file_id: str) -> StoredFile | None:
        """The file with this identifier, if there is one."""
        return self._files.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file with this ``file_path``."""
        return self._paths.get(path)

    def resolve(self, given: Upload | str | None, *, photo: bool, limit: int, what: str) -> StoredFile:
        """What a ``document`` or ``photo`` parameter means: an upload, or a file known by its file_id.

        Raises:
            ApiError: 400 if there is none, or it is a URL: the double fetches nothing from elsewhere.
        """
        if given is None or given == "":
            raise bad_request(f"there is no {what} in the request")
        if isinstance(given, str):
            if "://" in given:
                raise bad_request("wrong type of the web page content")
            stored = self.get(given)
            if photo and stored.size is None:
                raise bad_request("can't use file of type Document as Photo")
            return stored
        if len(given.content) > limit:
            raise bad_request(f"file is too big: the limit is {limit // 2**20} MB")
        return self.add(given, photo=photo)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF or JPEG; None if it is none of them."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in {b"GIF87a", b"GIF89a"} and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the first frame header."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        (length,) = struct.unpack(">H", content[position + 2 : position + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
