"""Accept items at ``POST /ingest``, and acknowledge them once Kafka has."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from pipeline.errors import ConfigurationError, KafkaUnavailable, TooLarge
from pipeline.feeds import ItemReader, Rejected
from pipeline.feeds.feed_state import FeedState, PushAnswer
from pipeline.formats import SNIFFED_BYTES, format_named
from pipeline.kafka.sender import Sender
from pipeline.kafka.shared_sender import SharedSender
from pipeline.ops import tokens
from pipeline.settings import Push
from pipeline.story import RawStory
from pipeline.web.body import read

router = APIRouter()

_ACCEPTED = re.compile(
    r"(?:application/(?:json|x-ndjson|ndjson|jsonl|xml|octet-stream|[\w.+-]+\+(?:xml|json))"
    r"|text/(?:plain|xml|html)|message/rfc822)$"
)
_FORMATS = {
    "application/x-ndjson": "jsonl",
    "application/ndjson": "jsonl",
    "application/jsonl": "jsonl",
    "message/rfc822": "email",
}
_STATUS = {"TooLarge": 413, "UnknownFormat": 415}
_KEY = re.compile(r"[\x21-\x7e]{1,200}$")


_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Nothing in it can be read, or the question is malformed."},
    401: {"description": "A bearer token is needed."},
    403: {"description": "The token does not speak for this source."},
    408: {"description": "The body did not arrive in time."},
    409: {"description": "A push with this Idempotency-Key is under way."},
    413: {"description": "Too large."},
    415: {"description": "Another content type or packing than those that are read."},
    422: {"description": "This Idempotency-Key came with another body before."},
    429: {"description": "Too many at once; Retry-After says when to come again."},
    503: {"description": "Kafka is unavailable; Retry-After says when to retry."},
}


@dataclass
class IngestService:
    """Handle pushes: who may push, how much, and where to."""

    push: Push
    limit: int
    data_dir: Path
    delivery: SharedSender
    feed_state: FeedState
    inside: int = 0
    keys: set[str] = field(default_factory=set)

    def sender(self, authorization: str) -> str:
        """Return the name of the sender. Raises HTTPException 401."""
        return self._token(authorization)[0]

    def sender_and_source(self, authorization: str, source: str | None) -> tuple[str, str | None, str]:
        """Return the name of the sender, the source of its items if one is named, and who answers for them.

        A token that is bound to sources speaks for these alone, another for its own name, whatever source it names.
        Raises HTTPException 401, 403, and 400 if a token of several sources names none.
        """
        name, token = self._token(authorization)
        if not token.sources:
            return name, source, name
        if source is None and len(token.sources) > 1:
            raise HTTPException(400, f"say with ?source= whose items these are: {', '.join(token.sources)}")
        chosen = source or token.sources[0]
        if chosen not in token.sources:
            raise HTTPException(403, f"this token speaks for {', '.join(token.sources)}, not for {chosen!r}")
        return name, chosen, chosen

    def _token(self, authorization: str) -> tuple[str, tokens.Token]:
        kind, _, given = authorization.partition(" ")
        configured = {name: tokens.Token(digest) for name, digest in self.push.tokens.items()}
        known = {**tokens.load(self.data_dir), **configured}
        name = tokens.owner(given.strip(), known) if kind.lower() == "bearer" else None
        if name is None:
            hint = "" if known else "; nobody may push yet (wire token add NAME)"
            raise HTTPException(401, f"a bearer token is needed{hint}", {"WWW-Authenticate": "Bearer"})
        return name, known[name]


@router.post("/ingest", status_code=202, tags=["push"], responses=_REFUSALS)
async def ingest(
    request: Request,
    authorization: Annotated[str, Header()] = "",
    content_type: Annotated[str, Header()] = "application/octet-stream",
    content_encoding: Annotated[str, Header()] = "",
    idempotency_key: Annotated[str | None, Header()] = None,
    format: Annotated[str | None, Query(description="what the items are in; unset: by their content")] = None,
    source: Annotated[str | None, Query(description="whose items these are, whatever they say")] = None,
) -> Response:
    """Take an item, or many (NDJSON, a JSON array, an RSS feed, a newsMessage).

    Returns 202 with `{"accepted": n, "uris": […], "refused": […]}` once Kafka has acknowledged all items. 401
    without a token, 403 for a source that the token does not speak for, 413 if too large, 415 for another type, 429 for
    too many concurrent requests, 503 if Kafka is unavailable; the last two with Retry-After. A repeated Idempotency-Key
    gets the same response and sends nothing.
    """
    ingest_service: IngestService = request.app.state.ingest_service
    name, source, answers = ingest_service.sender_and_source(authorization, source)
    kind = content_type.partition(";")[0].strip().lower()
    if not _ACCEPTED.match(kind):
        raise HTTPException(
            415, f"Content-Type {kind!r}: JSON, NDJSON, XML, HTML, plain text and message/rfc822 are read"
        )
    if ingest_service.inside >= ingest_service.push.at_once:
        raise HTTPException(429, "too many pushes at once", {"Retry-After": "1"})
    if idempotency_key is not None and not _KEY.match(idempotency_key):
        raise HTTPException(400, "Idempotency-Key: up to 200 visible ASCII characters")
    ingest_service.inside += 1
    try:
        body = await read(request.stream(), content_encoding, ingest_service.push.max_body_bytes)
        what = ItemReader(
            limit=ingest_service.limit,
            format=_format(format or _FORMATS.get(kind, "auto")),
            source=source,
            sender=answers,
        )
        take = lambda: _accept(ingest_service, name, body, what)  # noqa: E731
        if idempotency_key is None:
            return JSONResponse(*await asyncio.to_thread(take))
        return await _once(ingest_service, f"{name} {idempotency_key}", sha256(body).hexdigest(), take)
    finally:
        ingest_service.inside -= 1


async def _once(
    ingest_service: IngestService, key: str, digest: str, take: Callable[[], tuple[dict[str, Any], int]]
) -> Response:
    """Process the request with this key, or repeat its response. Raises HTTPException 409 and 422."""
    # Claim the key before the first await; another request may end in between.
    if key in ingest_service.keys:
        raise HTTPException(409, "a push with this Idempotency-Key is under way", {"Retry-After": "1"})
    ingest_service.keys.add(key)
    try:
        before = await asyncio.to_thread(ingest_service.feed_state.pushed, key)
        if before:
            if before.digest != digest:
                raise HTTPException(422, "this Idempotency-Key came with another body before")
            return Response(before.answer, before.status, media_type="application/json")
        answer, status = await asyncio.to_thread(take)
        content = json.dumps(answer, ensure_ascii=False)
        now = datetime.now(UTC).timestamp()
        await asyncio.to_thread(
            ingest_service.feed_state.record_answer,
            key,
            PushAnswer(digest, status, content),
            now,
            ingest_service.push.remember,
        )
        return Response(content, status, media_type="application/json")
    finally:
        ingest_service.keys.discard(key)


def _accept(ingest_service: IngestService, name: str, body: bytes, what: ItemReader) -> tuple[dict[str, Any], int]:
    """Send the items to Kafka. Return the response and its status. Raises HTTPException 503."""
    stream = BufferedReader(BytesIO(body), SNIFFED_BYTES)
    found = list(what.items(stream, "body", None, name))
    items = [item for item in found if isinstance(item, RawStory)]
    refused = [{"item": each.where, "reason": each.reason} for each in found if isinstance(each, Rejected)]
    try:
        refused += ingest_service.delivery.deliver(lambda sender: _send(sender, items)) if items else []
    except KafkaUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from None
    answer = {"accepted": len(found) - len(refused), "uris": [item.uri for item in items], "refused": refused}
    if found and not answer["accepted"]:
        first = next((each.error for each in found if isinstance(each, Rejected)), "TooLarge")
        return answer, _STATUS.get(first, 400)
    if items:
        freshness = ingest_service.feed_state.freshness(name)
        ingest_service.feed_state.record_freshness(
            name, freshness.with_arrivals(len(items), datetime.now(UTC).timestamp())
        )
    return answer, 202


def _send(sender: Sender, items: list[RawStory]) -> list[dict[str, str]]:
    refused = []
    for item in items:
        try:
            sender.send(item.topic, item.uri.encode(), item.value, item.headers.pairs())
        except TooLarge as error:
            refused.append({"item": item.uri, "reason": str(error)})
    return refused


def _format(name: str) -> str:
    try:
        return name if name == "auto" else format_named(name).name
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from None
