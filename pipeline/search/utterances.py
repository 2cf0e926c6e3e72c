"""Find what was said, each utterance once with all of its wordings, whoever quotes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pipeline.desk.record import Record, Version
from pipeline.desk.record_mapping import INDEX as RECORDS
from pipeline.desk.story_status import status_of
from pipeline.documents.quote import QUOTE
from pipeline.elasticsearch.client import Client, ask, documents_in
from pipeline.search.query_body import match_query
from pipeline.search.search_query import SearchQuery
from pipeline.search.stories import execute
from pipeline.utterances.grouping import QuoteUse, Utterance, grouped
from pipeline.utterances.quoted_words import fingerprints

_MOST_MATCHING, _MOST_REPEATED = 150, 100
"""How many matching quotes are looked at: the most relevant or newest, and those whose words stand in several."""
_MOST_QUOTES = 1_000
_MOST_TERMS = 8_000
_MOST_RECORDS = 200
_QUOTED = 0.4
"""The share of a wording's fingerprints that a version's quotes must have."""
_ROUNDS = 3
"""How many times quotes that resemble those found are looked for: a quote of a quote of a quote."""


@dataclass(frozen=True)
class NoLonger:
    """A story that quoted an utterance up to ``version``: a later version does not, or the story was killed.

    ``versioncreated`` is the time of that later version or kill. Of a killed story nothing else is known here.
    """

    kind: Literal["withdrawn", "killed"]
    uri: str
    version: int
    versioncreated: datetime
    headline: str | None


def utterances(client: Client, query: SearchQuery, size: int = 20) -> list[Utterance]:
    """Return the utterances with a quote that matches, those in most stories first.

    Of many matching quotes, only those whose words several have, and the most relevant or newest, are looked at. Raises
    ConfigurationError for an invalid query, ElasticsearchUnavailable.
    """
    quotes = replace(query, kind=QUOTE, size=_MOST_MATCHING, collapsed=False)
    matching = execute(client, quotes, highlighted=False).hits
    return _around(client, [*matching, *_repeated(client, quotes)])[:size]


def utterance(client: Client, uri: str, quote: str) -> Utterance | None:
    """Return the utterance that a quote of a story reports, or None if there is no such quote with enough words.

    Raises ElasticsearchUnavailable.
    """
    found = _around(
        client, _quotes(client, {"bool": {"filter": [{"term": {"story.uri": uri}}, {"term": {"id": quote}}]}})
    )
    return found[0] if found else None


def other_wording(client: Client, quotes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the last wording before it for each quote that no earlier story words in the same way, by QuoteUse.id.

    Raises ElasticsearchUnavailable.
    """
    ours = {QuoteUse(quote).id for quote in quotes}
    found: dict[str, str] = {}
    for each in _around(client, quotes):
        for quote in each.quotes:
            others = [
                other
                for other in each.quotes
                if other.document["story"]["uri"] != quote.document["story"]["uri"] and other.at <= quote.at
            ]
            if quote.id in ours and others and all(other.words != quote.words for other in others):
                found[quote.id] = others[-1].text
    return found


def no_longer(client: Client, found: Utterance, now: datetime) -> list[NoLonger]:
    """Return the stories that quoted an utterance in these words and do so no longer, oldest first.

    Raises ElasticsearchUnavailable.
    """
    marks = {mark for quote in found.quotes for mark in fingerprints(quote.words)}
    said = {"terms": {"said": sorted(marks)[:_MOST_TERMS]}}
    records = map(Record.model_validate, documents_in(ask(client, RECORDS, query=said, size=_MOST_RECORDS)))
    wordings = [set(fingerprints(wording.quotes[0].words)) for wording in found.wordings]
    changes = (change for record in records if (change := _change(record, wordings, now)))
    return sorted(changes, key=lambda each: (each.versioncreated, each.uri))


def _change(record: Record, wordings: Sequence[set[str]], now: datetime) -> NoLonger | None:
    """Return what became of the utterance in a story, if an earlier version quoted it and the current one does not."""
    status = status_of(record.versions, now)
    current = status.content
    if current is None:
        return None
    quoting = [
        each
        for each in record.versions
        if each.pubstatus == "usable" and each.rank <= current.rank and _quotes_it(each, wordings)
    ]
    if not quoting:
        return None
    last = quoting[-1]
    if status.kill:
        # What a killed story was about must not be shown either.
        return NoLonger("killed", record.uri, last.version, status.kill.versioncreated, None)
    if last.rank == current.rank:
        return None
    return NoLonger("withdrawn", record.uri, last.version, current.versioncreated, current.headline)


def _quotes_it(version: Version, wordings: Sequence[set[str]]) -> bool:
    said = set(version.said)
    return any(len(said & wording) >= _QUOTED * len(wording) for wording in wordings)


def as_json(found: Utterance, gone: Sequence[NoLonger] = ()) -> dict[str, Any]:
    """Return an utterance as the API and the command line show it, with the stories that quote it no longer."""
    shown = [asdict(each) | {"versioncreated": each.versioncreated.isoformat()} for each in gone]
    return {
        "nolonger": shown,
        "id": found.id,
        "speaker": found.speaker,
        "others": list(found.others),
        "text": found.longest,
        "stories": len(found.stories),
        "sources": found.sources,
        "first": _mention(found.quotes[0]),
        "wordings": [
            {
                "text": wording.text,
                "differences": [{"kind": kind, "text": text} for kind, text in wording.differences],
                "quotes": [_mention(quote) for quote in wording.quotes],
            }
            for wording in found.wordings
        ],
    }


def _mention(quote: QuoteUse) -> dict[str, Any]:
    story = quote.document["story"]
    return {
        "uri": story["uri"],
        "quote": quote.document["id"],
        "headline": story.get("headline"),
        "source": quote.source,
        "versioncreated": story["versioncreated"],
        "speaker": quote.speaker_name,
    }


def _around(client: Client, quotes: Iterable[Mapping[str, Any]]) -> list[Utterance]:
    """Return the utterances that these quotes report, with all other quotes that report them."""
    asked = {use.id: use for use in map(QuoteUse, quotes)}
    known = dict(asked)
    searched: set[str] = set()
    for _ in range(_ROUNDS):
        marks = [mark for use in known.values() for mark in fingerprints(use.words) if mark not in searched]
        if not marks:
            break
        wanted = marks[:_MOST_TERMS]
        searched.update(wanted)
        before = len(known)
        known |= {use.id: use for use in map(QuoteUse, _quotes(client, {"terms": {"fingerprints": wanted}}))}
        if len(known) == before:
            break
        kept = {
            quote.id
            for each in grouped(known.values())
            if asked.keys() & {q.id for q in each.quotes}
            for quote in each.quotes
        }
        known = {id_: use for id_, use in known.items() if id_ in kept or id_ in asked}
    return [each for each in grouped(known.values()) if asked.keys() & {quote.id for quote in each.quotes}]


def _repeated(client: Client, query: SearchQuery) -> list[dict[str, Any]]:
    """Return one quote of each wording that several matching quotes have, the most frequent first."""
    one = {"quote": {"top_hits": {"size": 1, "sort": [{"story.versioncreated": "desc"}, {"id": "asc"}]}}}
    terms = {"field": "wording", "size": _MOST_REPEATED, "min_doc_count": 2}
    wordings = {"wordings": {"terms": terms, "aggregations": one}}
    answer = ask(client, QUOTE.alias, query=match_query(query), size=0, aggregations=wordings)
    buckets = answer.get("aggregations", {}).get("wordings", {}).get("buckets", ())
    return [quote for bucket in buckets for quote in documents_in(bucket["quote"])]


def _quotes(client: Client, query: dict[str, Any]) -> list[dict[str, Any]]:
    return documents_in(ask(client, QUOTE.alias, query=query, size=_MOST_QUOTES))
