"""Parse e-mail (RFC 5322 with MIME): the text part is the story, or the HTML if there is no text.

The subject is the headline; ``Control: cancel`` (RFC 5537) cancels the message it names.
"""

import email
import re
from collections.abc import Iterator
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from pipeline.errors import MalformedItem
from pipeline.formats import mapping
from pipeline.formats.contract import Format, whole_stream
from pipeline.formats.encoding import decode
from pipeline.formats.markup import text_of
from pipeline.story import RawStory, Story

_URGENCY = {"1": 1, "2": 3, "3": 5, "4": 7, "5": 8, "high": 2, "urgent": 2, "normal": 5, "low": 8, "non-urgent": 8}
_FIELD = (
    rb"(?:From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type|Delivered-To|Reply-To|Sender"
    rb"|DKIM-Signature|X-[\w-]+)"
)
_RECOGNISED = re.compile(
    rb"(?:From \S+ [^\r\n]*+\r?\n)?"
    rb"(?:" + _FIELD + rb":[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*+)"
    rb"(?:[!-9;-~]{1,70}:[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*+)++\r?\n",
    re.I,
)
_REPLY = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|tr|rv)\s*:\s*)+", re.I)
_SIGNATURE = re.compile(r"^-- ?$", re.M)
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_ELSEWHERE = re.compile(
    r"^(?!.{160})(?:.*\b(?:browser|navigateur|navegador|html|e-?mail (?:client|program|reader|software)|webmail"
    r"|(?:web|online)[ -]?(?:version|ansicht|view)|version (?:web|en ligne|online)|versi[oó]n (?:web|en l[ií]nea)"
    r"|(?:view|read|see|open|display\w*) (?:(?:this|the)(?: \w+)?|it|them) (?:online|on the web|here)|im (?:web|netz)"
    r"|unsubscribe|opt out|manage (?:your )?(?:preferences|subscriptions?)|abmelden|abbestellen"
    r"|d[ée]sabonner|darse de baja|uitschrijven)\b|(?:©|\(c\)|copyright\b))",
    re.I,
)
"""A line of a plain part that stands for the HTML: where it can be read, how to unsubscribe, whose it is."""
_HEADER_CHARACTERS = 1_000
_MOST_PARTS = 200


class _Bounded(Compat32):
    """Takes headers as they are, and cuts them: the library's reading of some takes more than linear time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return the name and the beginning of the value."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER_CHARACTERS]


def parse(raw: RawStory) -> Story:
    """Return the story in a message. Raises MalformedItem if it has no text."""
    message = _read(raw.value)
    cancelled = _cancelled(message)
    written = mapping.time(_header(message, "Date"))
    body = _body(message)
    subject = _REPLY.sub("", _header(message, "Subject") or "")
    names = [name or address for name, address in getaddresses([_header(message, "From") or ""]) if name or address]
    priority = _header(message, "X-Priority") or _header(message, "Importance") or _header(message, "Priority") or ""
    return mapping.story(
        raw,
        uri=_uri(message),
        versioncreated=written,
        pubstatus="canceled" if cancelled else None,
        urgency=_URGENCY.get(priority.split(" ")[0].lower()),
        language=(_header(message, "Content-Language") or "").split(",")[0].strip(),
        headline=" ".join(subject.split()),
        slugline=_header(message, "Slugline") or _header(message, "X-Slugline"),
        keyword=mapping.words((_header(message, "Keywords") or "").split(",")),
        ednote=_header(message, "Comments"),
        source=_header(message, "Organization") or next(iter(names), None),
        body="" if cancelled else body,
        extra={
            "from": _header(message, "From"),
            "utcoffset": _utcoffset(_header(message, "Date")),
            "messageid": _identifier(_header(message, "Message-ID")),
            "attachments": list(_attachments(message)),
            "expires": _header(message, "Expires"),
            "supersedes": _identifier(_header(message, "Supersedes")),
            "inreplyto": _identifier(_header(message, "In-Reply-To")),
        },
    )


def identity(value: bytes) -> str | None:
    """Return the message's id (RFC 2392), or that of the message it cancels."""
    try:
        return _uri(_read(value))
    except MalformedItem:
        return None


def _read(value: bytes) -> Message:
    """Return the message, however malformed.

    Raises MalformedItem if the library gives up.
    """
    value = re.sub(rb"\A\s*From \S+ .*\r?\n", b"", value, count=1).lstrip(b"\r\n \t")
    if value.lower().count(b"boundary=") > _MOST_PARTS:
        # The parser compares every line with the boundaries of all enclosing parts.
        raise MalformedItem(f"more than {_MOST_PARTS} parts within parts")
    try:
        message = email.message_from_bytes(value, policy=_Bounded())
    except (ValueError, LookupError, RecursionError, IndexError, AttributeError) as error:
        raise MalformedItem(f"not an e-mail: {error}") from None
    if not message.keys():
        raise MalformedItem("not an e-mail: no header")
    return message


def _header(message: Message, name: str) -> str | None:
    """Return a header's text; raw bytes that are not UTF-8 are taken for Windows-1252."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _decoded(raw) or None


def _decoded(raw: str) -> str:
    words = decode(raw.encode("utf-8", "surrogateescape"))
    with suppress(MessageError, LookupError, ValueError):
        words = str(make_header(decode_header(words)))
    return " ".join(words.replace("\x00", "").split())


def _utcoffset(date: str | None) -> int | None:
    """Return the minutes by which the sender's clock is ahead of UTC; None if the date does not say."""
    found = re.search(r"[+-]\d{4}\b", date or "")
    return int(f"{found[0][0]}1") * (int(found[0][1:3]) * 60 + int(found[0][3:])) if found else None


def _identifier(words: str | None) -> str | None:
    found = re.search(r"<\s*([^<>]+?)\s*>", words or "")
    return found[1] if found else words


def _uri(message: Message) -> str | None:
    known = _identifier(_cancelled(message) or _header(message, "Message-ID"))
    return f"mid:{known}" if known else None


def _cancelled(message: Message) -> str | None:
    control = re.match(r"cancel\s+(<[^<>]+>)", _header(message, "Control") or "", re.I)
    return control[1] if control else None


def _parts(message: Message) -> Iterator[Message]:
    """Return the parts with content, in order; only the first hundreds."""
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _body(message: Message) -> str:
    """Return the readable text: plain, unless it is empty or only refers to the HTML."""
    plain: list[str] = []
    marked: list[str] = []
    for part in _parts(message):
        if part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            plain.append(_flowed(part, _SIGNATURE.split(_text(part))[0]))
        elif part.get_content_type() == "text/html":
            marked.append(text_of(_text(part)))
    text = "\n\n".join(filter(None, (each.strip() for each in plain)))
    markup = "\n".join(filter(None, marked))
    return markup if markup and _is_stub(text, markup) else text


def _is_stub(text: str, markup: str) -> bool:
    """Return whether a plain part is much shorter than the HTML, or only says where else to read it."""
    lines = [words for line in text.splitlines() if (words := _ADDRESS.sub("", line).strip(" \t:<>()[]-*=_|"))]
    return sum(map(len, lines)) * 3 < len(markup) or all(map(_ELSEWHERE.search, lines))


def _text(part: Message) -> str:
    """Return the part's text, whatever its charset claims; undecodable transfer encodings stay as they are."""
    try:
        payload: Any = part.get_payload(decode=True)
    except Exception:  # noqa: BLE001 - as above
        payload = None
    value = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")
    try:
        charset = part.get_content_charset()
    except Exception:  # noqa: BLE001 - as above
        charset = None
    return decode(value, charset).replace("\r\n", "\n").replace("\x00", "")


def _flowed(part: Message, text: str) -> str:
    """Join lines that end in a blank with the next (RFC 3676)."""
    try:
        is_flowed = str(part.get_param("format") or "").lower() == "flowed"
    except Exception:  # noqa: BLE001 - as above
        is_flowed = False
    return re.sub(r"(?<=\S) \n(?=\S)", " ", text) if is_flowed else text


def _attachments(message: Message) -> Iterator[dict[str, str]]:
    """Return the attachments: the bare file name, without any path it claims, and its type."""
    for part in _parts(message):
        try:
            name = part.get_filename()
        except Exception:  # noqa: BLE001 - as above
            name = None
        if name or part.get_content_disposition() == "attachment":
            bare = PureWindowsPath(PurePosixPath(_decoded(str(name or "unnamed"))).name).name
            yield {
                "name": re.sub(r"[\x00-\x1f]", "", bare)[:255].lstrip(".") or "unnamed",
                "mimetype": part.get_content_type(),
            }


FORMAT = Format(
    name="email",
    content_type="message/rfc822",
    recognises=lambda start, name: bool(_RECOGNISED.match(start)),
    split=whole_stream,
    identity=identity,
    parse=parse,
)
