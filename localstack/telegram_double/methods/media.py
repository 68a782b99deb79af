"""Documents and photos."""

from telegram_double.arguments import Arguments, Kind
from telegram_double.double import Double
from telegram_double.errors import bad_request
from telegram_double.fields import Fields, Json
from telegram_double.formatting import formatted
from telegram_double.methods.registry import MethodTable
from telegram_double.methods.sending import CAPTION, SENDING, caption_text, send
from telegram_double.queries import Questions
from telegram_double.texts import FormattedText

METHODS = MethodTable()

_GROUP_SIZE = range(2, 11)
_MEDIA_FIELDS = (
    "type",
    "media",
    "caption",
    "parse_mode",
    "caption_entities",
    "show_caption_above_media",
    "has_spoiler",
    "thumbnail",
    "disable_content_type_detection",
)


@METHODS.method(
    "sendDocument",
    SENDING,
    CAPTION,
    document=Kind.FILE,
    thumbnail=Kind.FILE,
    disable_content_type_detection=Kind.BOOLEAN,
)
def send_document(double: Double, arguments: Arguments) -> Json:
    """Sends a file of up to 50 MB, uploaded or by its file_id."""
    content = caption_text(double, arguments)
    limit = double.policy.upload_bytes
    stored = double.world.files.resolve(arguments.file("document"), photo=False, limit=limit, what="document")
    message = send(double, arguments, content, attachment={"document": stored.document()})
    return double.world.wire_message(message)


@METHODS.method(
    "sendPhoto",
    SENDING,
    CAPTION,
    photo=Kind.FILE,
    has_spoiler=Kind.BOOLEAN,
)
def send_photo(double: Double, arguments: Arguments) -> Json:
    """Sends a picture of up to 10 MB, uploaded or by its file_id."""
    content = caption_text(double, arguments)
    limit = double.policy.photo_bytes
    stored = double.world.files.resolve(arguments.file("photo"), photo=True, limit=limit, what="photo")
    extra = {"has_media_spoiler": True} if arguments.flag("has_spoiler") else {}
    message = send(double, arguments, content, attachment={"photo": [stored.photo_size()]}, extra=extra)
    return double.world.wire_message(message)


@METHODS.method("sendMediaGroup", SENDING, media=Kind.ARRAY)
def send_media_group(double: Double, arguments: Arguments) -> list[Json]:
    """Sends 2-10 photos or documents as an album."""
    items = arguments.array("media") or []
    if len(items) not in _GROUP_SIZE:
        raise bad_request("media group must include 2-10 items")
    parsed = [parse_media(double, arguments, item) for item in items]
    if len({next(iter(attachment)) for attachment, _ in parsed}) > 1:
        raise bad_request("document can't be mixed with other media types")
    group = {"media_group_id": Questions.new_id()}
    messages = [
        send(double, arguments, content, attachment=attachment, extra=group) for attachment, content in parsed
    ]
    return [double.world.wire_message(message) for message in messages]


@METHODS.method("getFile", file_id=Kind.TEXT)
def get_file(double: Double, arguments: Arguments) -> Json:
    """Prepares a download of up to 20 MB."""
    file_id = arguments.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = double.world.files.get(file_id)
    size = len(stored.upload.content)
    if size > double.policy.download_bytes:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": size,
        "file_path": stored.path,
    }


def parse_media(double: Double, arguments: Arguments, value: object) -> tuple[Json, FormattedText]:
    """An InputMedia object as attachment and caption.

    Raises:
        ApiError: 400 for a kind the double does not have or a wrong field.
    """
    fields = Fields(value, known=_MEDIA_FIELDS, context="can't parse InputMedia")
    kind = fields.required("type", fields.text("type"))
    if kind not in {"photo", "document"}:
        raise fields.complaint(f"the double has no media of type {kind}")
    for flag in ("show_caption_above_media", "has_spoiler", "disable_content_type_detection"):
        fields.boolean(flag)
    photo = kind == "photo"
    reference = fields.required("media", fields.text("media"))
    if reference.startswith("attach://"):
        given = arguments.uploads.get(reference.removeprefix("attach://"))
    else:
        given = None
    limit = double.policy.photo_bytes if photo else double.policy.upload_bytes
    stored = double.world.files.resolve(given or reference, photo=photo, limit=limit, what=kind)
    caption = formatted(
        fields.text("caption") or "", fields.text("parse_mode"), fields.array("caption_entities")
    )
    if caption.units > double.policy.caption_units:
        raise bad_request("message caption is too long")
    return {"photo": [stored.photo_size()]} if photo else {"document": stored.document()}, caption
