"""Find the alerts that a newly indexed version matches, and what to notify about.

Elasticsearch's percolator is the alternative; see docs/decisions/alerts.md.
"""

import math
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from pipeline.alerts.match import STANDING, Match, MatchKind
from pipeline.alerts.repetition import Relations, others_notified, what_is_new
from pipeline.alerts.saved_searches import Alert
from pipeline.documents.event import EVENT, NUMBERS, line, number_text
from pipeline.documents.kind import story_of
from pipeline.documents.quote import QUOTE, once, speaker_of
from pipeline.documents.story import STORY
from pipeline.errors import AlertFailed, ConfigurationError
from pipeline.search.query_body import MARKS
from pipeline.story import Indexed
from pipeline.utterances.grouping import QuoteUse

_TEXT = 500
_SENTENCES = re.compile(r"\n|(?<=[.!?])\s+")
FoundByAlert = Mapping[str, Sequence[Match]]
"""What each alert finds now, by its name; an alert whose search failed is missing."""


def search(
    find_hits: Callable[[Alert, Sequence[str]], Iterable[dict[str, Any]]],
    alerts: Iterable[Alert],
    arrived: Iterable[Indexed],
) -> tuple[dict[str, list[Match]], list[AlertFailed]]:
    """Return what each alert finds in these stories, with one search (``find_hits``) for each.

    The second result lists the alerts whose search failed; they do not delay the others. Raises
    ElasticsearchUnavailable.
    """
    newest = {each.uri: each for each in arrived}
    usable = [each.uri for each in newest.values() if each.pubstatus == "usable"]
    found: dict[str, list[Match]] = {}
    failed: list[AlertFailed] = []
    for alert in alerts:
        try:
            found[alert.name] = [_match(alert, hit) for hit in find_hits(alert, usable)] if usable else []
        except ConfigurationError as error:
            failed.append(AlertFailed(f"alert {alert.name} cannot be asked: {error}"))
    return found, failed


def matches(
    alerts: Iterable[Alert],
    arrived: Iterable[Indexed],
    found: FoundByAlert,
    earlier: Iterable[Match] = (),
    relations: Relations = MappingProxyType({}),
) -> list[Match]:
    """Return what to record, and to notify about unless it is ``repeated``, for these versions.

    ``earlier`` are the recorded matches of these stories and of the other members of their groups, ``relations`` says
    how these relate. The same input gives the same matches with the same ids. Of the members of a group in one batch,
    the earliest comes first.
    """
    newest = {each.uri: each for each in arrived}
    in_order = sorted(newest.values(), key=lambda each: (each.versioncreated, each.uri))
    recorded: dict[str, list[Match]] = defaultdict(list)
    for match in earlier:
        recorded[match.alert].append(match)
    return [
        match
        for alert in alerts
        if alert.name in found
        for match in _matches_of(alert, in_order, found[alert.name], recorded[alert.name], relations)
    ]


def _matches_of(
    alert: Alert,
    arrived: Iterable[Indexed],
    found: Iterable[Match],
    earlier: Iterable[Match],
    relations: Relations,
) -> Iterator[Match]:
    """Yield the matches of one alert; those already recorded come back unchanged."""
    now, recorded = _by_uri(found), _by_uri(earlier)
    for each in arrived:
        before = tuple(recorded[each.uri])
        for match in _of_version(alert, each, now[each.uri], before):
            if match in before:
                yield match
                continue
            made = match
            if match.kind == "match" and not _continues(alert, match, before):
                standing = (other for others in recorded.values() for other in _standing(alert, others))
                made = _beside(alert, match, others_notified(match.uri, standing, relations), relations)
            recorded[each.uri].append(made)
            yield made


def _by_uri(found: Iterable[Match]) -> dict[str, list[Match]]:
    by_uri: dict[str, list[Match]] = defaultdict(list)
    for match in found:
        by_uri[match.uri].append(match)
    return by_uri


def _of_version(alert: Alert, arrived: Indexed, found: Sequence[Match], before: Sequence[Match]) -> Iterator[Match]:
    """Yield the matches of a version by what was notified of the story itself."""
    if any(match.version > arrived.version for match in (*before, *found)):
        # A newer version has its own arrival.
        return
    again = [match for match in before if match.version == arrived.version]
    yield from again
    last = _last(before, arrived.version)
    if arrived.pubstatus != "usable":
        if last and not again and last[0].kind != "killed":
            yield _gone("killed", alert, arrived, last[0])
        return
    known = {match.matched for match in again}
    now = {match.matched: match for match in found}
    lost = [match for match in last if match.kind in STANDING and match.matched not in now]
    # A new quote or event beside unchanged ones is a match; a story has one match, which was corrected.
    kind: MatchKind = "corrected" if lost and not alert.of_parts else "match"
    for matched, match in now.items():
        if matched not in known:
            yield _as(kind, alert, match)
    for match in lost if alert.of_parts or not now else ():
        if match.matched not in known:
            yield _gone("withdrawn", alert, arrived, match)


def _last(before: Iterable[Match], version: float = math.inf) -> list[Match]:
    """Return the notifications about the last version of a story before this one that was notified of."""
    notified = [match for match in before if match.kind != "repeated" and match.version < version]
    newest = max((match.version for match in notified), default=None)
    return [match for match in notified if match.version == newest]


def _standing(alert: Alert, before: Iterable[Match]) -> list[Match]:
    """Return what this alert has notified of a story and not taken back; an earlier one of its name does not count."""
    return [match for match in _last(before) if match.kind in STANDING and match.at >= alert.created]


def _continues(alert: Alert, match: Match, before: Iterable[Match]) -> bool:
    """Return whether an earlier version was notified of, so that this one is whatever others say."""
    last = [each for each in _last(before, match.version) if each.kind in STANDING]
    return any(each.matched == match.matched for each in last) if alert.of_parts else bool(last)


def _beside(alert: Alert, match: Match, notified: Sequence[Match], relations: Relations) -> Match:
    """Return a match as it is beside what was notified of other members of its story's group."""
    new = what_is_new(match, notified, relations)
    return _as("repeated", alert, match) if new is None else match.model_copy(update={"differs": new or None})


def _match(alert: Alert, hit: dict[str, Any]) -> Match:
    story, version, matched = story_of(hit), int(hit["version"]), _matched(alert, hit)
    return Match(
        id=_id(alert, story["uri"], version, "match", matched),
        alert=alert.name,
        kind="match",
        uri=story["uri"],
        version=version,
        versioncreated=story["versioncreated"],
        firstcreated=story["firstcreated"],
        at=datetime.now(UTC),
        headline=story.get("headline"),
        source=story["source"]["name"],
        speaker=speaker_of(hit),
        text=_text(alert, hit)[:_TEXT],
        matched=matched,
        same=_same(alert, hit),
    )


def trial(alert: Alert) -> Match:
    """Return a match that tests the channels of an alert."""
    now = datetime.now(UTC)
    return Match(
        id=secrets.token_hex(16), alert=alert.name, kind="test", uri="urn:wire:test", version=1,
        versioncreated=now, firstcreated=now, at=now, headline="A test of this alert", source="wire", text=alert.query,
    )  # fmt: skip


def _as(kind: MatchKind, alert: Alert, match: Match) -> Match:
    return match.model_copy(update={"id": _id(alert, match.uri, match.version, kind, match.matched), "kind": kind})


def _gone(kind: MatchKind, alert: Alert, arrived: Indexed, before: Match) -> Match:
    about = {
        "id": _id(alert, arrived.uri, arrived.version, kind, before.matched),
        "kind": kind,
        "version": arrived.version,
        "versioncreated": arrived.versioncreated,
        "at": datetime.now(UTC),
        "differs": None,
    }
    return before.model_copy(update=about)


def _matched(alert: Alert, hit: dict[str, Any]) -> str:
    """Return a digest of what matched: a quote and its speaker; an event with its status and numbers; of a story its
    headline and the sentences with the words.
    """
    if alert.kind is QUOTE:
        earlier = [hit["text"], speaker_of(hit) or ""]
    elif alert.kind is EVENT:
        earlier = [hit["clause"], hit["status"], *(str(hit.get(name, "")) for name in NUMBERS)]
    else:
        sentences = [each for text in hit["highlight"].get("body", ()) for each in _SENTENCES.split(text)]
        earlier = [hit.get("headline", ""), *(each for each in sentences if MARKS[0] in each)]
    return blake2b("\x1f".join(earlier).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _same(alert: Alert, hit: dict[str, Any]) -> dict[str, str]:
    """Return what a quote or an event of another story has too if it says the same; nothing of a story."""
    if alert.kind is EVENT:
        numbers = {name: number_text(name, hit[name]) for name in NUMBERS if name in hit}
        return {name: hit[name] for name in ("event", "status") if name in hit} | numbers
    return {"once": once(hit)} if alert.of_parts else {}


def _text(alert: Alert, hit: dict[str, Any]) -> str:
    if alert.kind is EVENT:
        return line(hit)
    if alert.utterances:
        return f"{QuoteUse(hit).text} (before: {hit['before']})"
    fragments = hit["highlight"].get("body", ()) if alert.kind is STORY else ()
    text = " … ".join(fragments) or alert.kind.entry(hit)[1]
    return text.replace(MARKS[0], "").replace(MARKS[1], "")


def _id(alert: Alert, uri: str, version: int, kind: str, matched: str) -> str:
    earlier = "\x1f".join((alert.name, alert.created.isoformat(), uri, str(version), kind, matched))
    return blake2b(earlier.encode("utf-8", "replace"), digest_size=16).hexdigest()
