"""Messengers that export JSON: Telegram Desktop, Discord, Instagram and Facebook, X.

core.telegram.org (export schema of Telegram Desktop), github.com/Tyrrrz/DiscordChatExporter (its
JSON), the downloads of Meta and X as they come.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from evidencekit.metadata.chats.lines import Text
from evidencekit.metadata.chats.message import Export, Kind, Piece, named
from evidencekit.metadata.chats.objects import Decoded, Found, members, top_members

_TELEGRAM = re.compile(
    r'"date_unixtime"|"from_id"\s*:|"about"\s*:\s*"Here is the data you requested'
)
_DISCORD = re.compile(r'"guild"\s*:\s*\{')
_META = re.compile(r'"participants"\s*:\s*\[.{0,4000}"messages"|"sender_name"\s*:', re.DOTALL)
_X = re.compile(r"window\.YTD\.(direct_messages|tweets?)\S* ?= ?\[")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_MILLISECONDS = 1000


def platform_of(head: str) -> str | None:
    """Tell by the first characters which messenger wrote a JSON file."""
    for name, pattern in (
        ("x", _X), ("discord", _DISCORD), ("telegram", _TELEGRAM), ("meta", _META)
    ):  # fmt: skip
        if pattern.search(head):
            return name
    return None


def parse(text: Text, platform: str) -> tuple[Export, Iterator[Piece]]:
    """Return what is known of the file, and its messages in order."""
    decoded = Decoded(text)
    key, read = _PLATFORMS[platform]
    found = members(decoded, key) if key else top_members(decoded)
    return Export(platform=platform, variant="json"), (_piece(one, read) for one in found)


def _piece(found: Found, read: Callable[[Mapping[str, Any], Found], Piece]) -> Piece:
    if isinstance(found.value, dict):
        try:
            return read(found.value, found)
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            pass  # a message of a form that nobody described is not understood
    return Piece(
        kind="unparsed", start=found.start, end=found.end, pointer=found.pointer, raw=found.raw
    )


def _made(found: Found, kind: Kind, **values: Any) -> Piece:
    moment = values.get("at")
    return Piece(
        kind=kind, start=found.start, end=found.end, pointer=found.pointer, raw=found.raw,
        precision="second" if moment is not None else "none",
        **{"conversation": found.around, **values},
    )  # fmt: skip


def _telegram(value: Mapping[str, Any], found: Found) -> Piece:
    stamp = value.get("date_unixtime")
    moment = datetime.fromtimestamp(int(stamp), UTC) if stamp else None
    if moment is None and value.get("date"):
        moment = datetime.fromisoformat(value["date"])
    files = (value.get(name) for name in ("file", "photo", "thumbnail", "contact_vcard"))
    is_service = value["type"] == "service"
    said = str(value.get("action", "")) if is_service else _telegram_text(value.get("text", ""))
    kind: Kind = "system" if is_service else "message"
    return _made(
        found, "call" if value.get("action") == "phone_call" else kind,
        sender=str(value.get("from") or value.get("actor") or ""),
        sender_id=str(value.get("from_id") or value.get("actor_id") or ""),
        at=moment, at_raw=str(value.get("date", "")), text=said,
        message_id=str(value.get("id", "")), reply_to=str(value.get("reply_to_message_id", "")),
        forwarded_from=str(value.get("forwarded_from") or ""), edited=str(value.get("edited", "")),
        attachments=named(str(one) for one in files if one),
    )  # fmt: skip


def _telegram_text(text: Any) -> str:
    if isinstance(text, str):
        return text
    return "".join(one if isinstance(one, str) else str(one.get("text", "")) for one in text)


def _discord(value: Mapping[str, Any], found: Found) -> Piece:
    author = value["author"]
    kind: Kind = "message" if value["type"] in {"Default", "Reply"} else "system"
    files = [_discord_file(one) for one in value.get("attachments", [])]
    reference = value.get("reference") or {}
    return _made(
        found, "call" if value["type"] == "Call" else kind,
        sender=str(author.get("nickname") or author["name"]), sender_id=str(author["id"]),
        at=datetime.fromisoformat(value["timestamp"]), at_raw=value["timestamp"],
        text=str(value["content"]), message_id=str(value["id"]),
        reply_to=str(reference.get("messageId", "")),
        edited=str(value.get("timestampEdited") or ""), attachments=named(files),
    )  # fmt: skip


def _discord_file(one: Mapping[str, Any]) -> str:
    """Return the path of a file that was downloaded with the export, else its name."""
    url = str(one.get("url") or "")
    is_local = url and not _WEB.match(url)
    return unquote(url) if is_local else str(one.get("fileName") or url)


def _meta(value: Mapping[str, Any], found: Found) -> Piece:
    """Instagram and Facebook write UTF-8 as if it were Latin-1; both forms are kept."""
    stamp = int(value["timestamp_ms"])
    files = [
        str(one["uri"])
        for name in ("photos", "videos", "audio_files", "files", "gifs")
        for one in value.get(name, [])
        if "uri" in one
    ]
    if "uri" in (value.get("sticker") or {}):
        files.append(str(value["sticker"]["uri"]))
    text = str(value.get("content", ""))
    mended = _mended(text)
    return _made(
        found, "deleted" if value.get("is_unsent") else "message",
        sender=_mended(str(value["sender_name"])), text=mended, at_raw=str(stamp),
        at=datetime.fromtimestamp(stamp / _MILLISECONDS, UTC), attachments=named(files),
        conversation=_mended(found.around),
        warnings=("encoding-mended",) if mended != text else (),
    )  # fmt: skip


def _mended(text: str) -> str:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _x(value: Mapping[str, Any], found: Found) -> Piece:
    """Read a tweet, or the part of a conversation that is one message."""
    if "tweet" in value:
        tweet = value["tweet"]
        moment = datetime.strptime(tweet["created_at"], "%a %b %d %H:%M:%S %z %Y")
        return _made(
            found, "message", at=moment, at_raw=tweet["created_at"], text=str(tweet["full_text"]),
            message_id=str(tweet["id_str"]),
            reply_to=str(tweet.get("in_reply_to_status_id_str", "")),
            attachments=named(_x_file(tweet["id_str"], url) for url in _x_media(tweet)),
        )  # fmt: skip
    message = value["messageCreate"]
    return _made(
        found, "message", sender_id=str(message["senderId"]), text=str(message["text"]),
        sender=str(message["senderId"]), message_id=str(message["id"]),
        at=datetime.fromisoformat(message["createdAt"]),
        at_raw=message["createdAt"],
        attachments=named(_x_file(message["id"], url) for url in message.get("mediaUrls", [])),
    )  # fmt: skip


def _x_media(tweet: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of pictures and films; the extended entities name all of them."""
    entities = tweet.get("extended_entities") or tweet.get("entities") or {}
    for one in entities.get("media", []):
        variants = one.get("video_info", {}).get("variants", [])
        films = [(int(film["bitrate"]), str(film["url"])) for film in variants if "bitrate" in film]
        yield max(films)[1] if films else str(one["media_url_https"])


def _x_file(message: object, url: object) -> str:
    """Return how an archive names a file: the number of the message before the last of the URL."""
    return f"{message}-{urlsplit(str(url)).path.rpartition('/')[2]}"


_PLATFORMS: Mapping[str, tuple[str, Callable[[Mapping[str, Any], Found], Piece]]] = (
    MappingProxyType(
        {
            "telegram": ("messages", _telegram),
            "discord": ("messages", _discord),
            "meta": ("messages", _meta),
            "x": ("", _x),
            "x-messages": ("messages", _x),
        }
    )
)


def variant_of_x(head: str) -> str:
    """Return which part of an archive of X it is: conversations hold messages, tweets do not."""
    return "x-messages" if "direct_messages" in head else "x"
