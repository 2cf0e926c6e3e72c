"""Correct which names mean one thing, as an editor decides."""

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from pipeline.elasticsearch.client import Client
from pipeline.errors import ConfigurationError
from pipeline.identity.corrections import Correction, Corrections
from pipeline.identity.things import Kind, Thing, find_thing, find_used, things
from pipeline.index.identities import correct, read_corrections, read_usages
from pipeline.search.entity_names import begins


def list_things(client: Client, beginning: str = "", kind: Kind | None = None) -> list[Thing]:
    """Return all that stories name, the most frequent first; with ``beginning`` those with a name whose words begin so.

    Raises ElasticsearchUnavailable.
    """
    counts, corrected = read_usages(client), Corrections.of(read_corrections(client))
    words = beginning.lower().split()
    return [
        thing
        for thing in things(counts, corrected)
        if kind in (None, thing.kind) and any(begins(alias.name, words) for alias in thing.aliases)
    ]


def merge(client: Client, name: str, into: str, kind: Kind | None, by: str) -> Correction:
    """Let a name mean another thing in all stories, and return the correction.

    Raises ConfigurationError if no story uses one of the names, or several things have it; ElasticsearchUnavailable.
    """
    known = list_things(client)
    used, thing = find_used(known, name, kind), find_thing(known, into, None)
    if (used.type, used.key) == (thing.type, thing.key):
        raise ConfigurationError(f"{name!r} and {into!r} are the same already")
    other = {"into_type": thing.type, "into_key": thing.key, "name": thing.name}
    return _store(client, correction="merge", type=used.type, key=used.key, by=by, **other)


def split(client: Client, name: str, kind: Kind | None, by: str) -> Correction:
    """Let a name mean only what its own story says; undoes a merge too. Raises as ``merge`` does."""
    used = find_used(list_things(client), name, kind)
    return _store(client, correction="split", type=used.type, key=used.key, by=by)


def rename(client: Client, name: str, new: str, kind: Kind | None, by: str) -> Correction:
    """List a thing under another name. Raises as ``merge`` does."""
    thing = find_thing(list_things(client), name, kind)
    return _store(client, correction="rename", type=thing.type, key=thing.key, name=new.strip(), by=by)


def _store(client: Client, **made: Any) -> Correction:
    try:
        correction = Correction(**made, at=datetime.now(UTC))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigurationError(f"{first['loc'][0]}: {first['msg']} (got {first['input']!r})") from None
    correct(client, correction)
    return correction
