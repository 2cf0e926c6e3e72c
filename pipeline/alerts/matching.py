"""Find the alerts that a newly indexed version matches, and what to notify about.

Elasticsearch's percolator is the alternative; see docs/decisions/alerts.md.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from pipeline.alerts.match import Kind, Match
from pipeline.alerts.saved_searches import Alert
from pipeline.connect.elasticsearch_client import Client
from pipeline.errors import AlertFailed, ConfigurationError
from pipeline.search.happenings import NUMBERS
from pipeline.search.query_body import MARKS
from pipeline.search.render import event_sentence
from pipeline.search.search_query import MOST
from pipeline.search.stories import execute, require_complete
from pipeline.search.utterances import other_wording
from pipeline.story import Indexed
from pipeline.utterances.grouping import QuoteUse

_TEXT = 500
_SENTENCES = re.compile(r"\n|(?<=[.!?])\s+")


def matches(
    client: Client, alerts: Sequence[Alert], arrived: Sequence[Indexed], earlier: Sequence[Match]
) -> tuple[list[Match], list[AlertFailed]]:
    """Return what to notify about these versions, given the ``earlier`` matches of these stories.

    The same input gives the same matches with the same ids. The second result lists the alerts whose search failed;
    they do not delay the others. Raises ElasticsearchUnavailable.
    """
    newest = {each.uri: each for each in arrived}
    usable = [each.uri for each in newest.values() if each.pubstatus == "usable"]
    found: list[Match] = []
    failed: list[AlertFailed] = []
    for alert in alerts:
        try:
            hits = _hits(client, alert, usable) if usable else []
        except ConfigurationError as error:
            failed.append(AlertFailed(f"alert {alert.name} cannot be asked: {error}"))
            continue
        for uri, each in newest.items():
            before = [match for match in earlier if match.alert == alert.name and match.uri == uri]
            fitting = [hit for hit in hits if _story(hit)["uri"] == uri]
            found += _matches_of(alert, each, fitting, before)
    return found, failed


def _hits(client: Client, alert: Alert, uris: Sequence[str]) -> list[dict[str, Any]]:
    """Return the alert's hits among these stories that came in after the alert was created."""
    # A missing shard would make its matches look withdrawn.
    answer = require_complete(execute(client, alert.search_query(MOST), uris=uris))
    hits = [hit for hit in answer.hits if alert.created <= _received_at(_story(hit))]
    if not alert.utterances:
        return hits
    before = other_wording(client, hits)
    return [{**hit, "before": before[id_]} for hit in hits if (id_ := QuoteUse(hit).id) in before]


def _matches_of(
    alert: Alert, arrived: Indexed, hits: Sequence[dict[str, Any]], before: Sequence[Match]
) -> Iterator[Match]:
    """Return the matches of a version; those already recorded come back unchanged."""
    versions = [match.version for match in before] + [int(hit["version"]) for hit in hits]
    if any(version > arrived.version for version in versions):
        # A newer version has its own arrival.
        return
    again = [match for match in before if match.version == arrived.version]
    yield from again
    earlier = [match for match in before if match.version < arrived.version]
    last = [match for match in earlier if match.version == max(each.version for each in earlier)]
    if arrived.pubstatus != "usable":
        if last and not again and last[0].kind != "killed":
            yield _gone("killed", alert, arrived, last[0])
        return
    known = {match.matched for match in again}
    now = {_matched(alert, hit): hit for hit in hits}
    lost = [match for match in last if match.kind in ("match", "corrected") and match.matched not in now]
    # A new quote or event beside unchanged ones is a match; a story has one match, which was corrected.
    kind: Kind = "corrected" if lost and not alert.of_parts else "match"
    for matched, hit in now.items():
        if matched not in known:
            yield _match(kind, alert, hit, matched)
    for match in lost if alert.of_parts or not now else ():
        if match.matched not in known:
            yield _gone("withdrawn", alert, arrived, match)


def _match(kind: Kind, alert: Alert, hit: dict[str, Any], matched: str) -> Match:
    story, version = _story(hit), int(hit["version"])
    return Match(
        id=_id(alert, story["uri"], version, kind, matched),
        alert=alert.name,
        kind=kind,
        uri=story["uri"],
        version=version,
        versioncreated=story["versioncreated"],
        firstcreated=story["firstcreated"],
        at=datetime.now(UTC),
        headline=story.get("headline"),
        source=story["source"]["name"],
        speaker=(hit.get("speaker") or {}).get("name") if alert.quotes or alert.utterances else None,
        text=_text(alert, hit)[:_TEXT],
        matched=matched,
    )


def _gone(kind: Kind, alert: Alert, arrived: Indexed, before: Match) -> Match:
    about = {
        "id": _id(alert, arrived.uri, arrived.version, kind, before.matched),
        "kind": kind,
        "version": arrived.version,
        "versioncreated": arrived.versioncreated,
        "at": datetime.now(UTC),
    }
    return before.model_copy(update=about)


def _matched(alert: Alert, hit: dict[str, Any]) -> str:
    """Return a digest of what matched: a quote and its speaker; an event with its status and numbers; of a story its
    headline and the sentences with the words.
    """
    if alert.quotes or alert.utterances:
        earlier = [hit["text"], (hit.get("speaker") or {}).get("name", "")]
    elif alert.events:
        earlier = [event_sentence(hit), hit["status"], *(str(hit.get(name, "")) for name in NUMBERS)]
    else:
        sentences = [each for text in hit["highlight"].get("body", ()) for each in _SENTENCES.split(text)]
        earlier = [hit.get("headline", ""), *(each for each in sentences if MARKS[0] in each)]
    return blake2b("\x1f".join(earlier).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _text(alert: Alert, hit: dict[str, Any]) -> str:
    if alert.events:
        return event_sentence(hit)
    if alert.utterances:
        return f"{QuoteUse(hit).text} (before: {hit['before']})"
    fragments = [] if alert.quotes else hit["highlight"].get("body", [])
    text = " … ".join(fragments) or (hit["text"] if alert.quotes else hit["body"])
    return str(text.replace(MARKS[0], "").replace(MARKS[1], ""))


def _story(hit: dict[str, Any]) -> dict[str, Any]:
    story: dict[str, Any] = hit.get("story", hit)
    return story


def _received_at(story: dict[str, Any]) -> datetime:
    """Return when the story was received, or its embargo passed."""
    times = [story["source"]["receivedat"], story.get("embargoed")]
    return max(datetime.fromisoformat(text) for text in times if text)


def _id(alert: Alert, uri: str, version: int, kind: str, matched: str) -> str:
    earlier = "\x1f".join((alert.name, alert.created.isoformat(), uri, str(version), kind, matched))
    return blake2b(earlier.encode("utf-8", "replace"), digest_size=16).hexdigest()
