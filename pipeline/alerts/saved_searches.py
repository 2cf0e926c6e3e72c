"""Store the alerts: named searches and their recipients, as documents of ``wire-alerts``; and run their searches."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from elasticsearch import ConflictError, NotFoundError
from pydantic import Field

from pipeline.documents.fields import BOOLEAN, DATE, KEYWORD, STORED_KEYWORD
from pipeline.documents.kind import Kind, story_of
from pipeline.documents.kinds import kind_asked_for
from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client, ask, documents_in, retry_while_starting, translate_errors
from pipeline.errors import ConfigurationError
from pipeline.index.templates import IndexMapping
from pipeline.search.search_query import MOST, SearchQuery, parse
from pipeline.search.stories import execute, require_complete
from pipeline.search.utterances import other_wording
from pipeline.utterances.grouping import QuoteUse
from pipeline.value import Time, Value, is_absent

ALERTS = IndexMapping(
    "wire-alerts",
    {
        "name": KEYWORD,
        **dict.fromkeys(("query", "webhook", "email"), STORED_KEYWORD),
        **dict.fromkeys(("quotes", "events", "utterances"), BOOLEAN),
        "created": DATE,
    },
)
WEBHOOK = "webhook"
"""The name of the webhook channel; all other channels are mail addresses."""
MOST_ALERTS = 1_000
"""The most alerts; each costs a search whenever something was indexed."""
_ADDRESS = r"^[^\s@<>\",;:]{1,64}@[^\s@<>\",;:]{1,255}$"


class Alert(Value):
    """A saved search whose matches are reported.

    ``query`` has words and filters as ``wire search`` takes them; it searches stories, or ``quotes`` or ``events``;
    of ``utterances`` it watches those quotes that word otherwise what another story quotes.
    Matches go to ``webhook`` and to each address of ``email``, and always to the topic, the pages and the feed. Only
    stories that came in after ``created`` match.
    """

    name: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
    query: Annotated[str, Field(max_length=1_000)]
    quotes: Annotated[bool, Field(exclude_if=lambda value: not value)] = False
    events: Annotated[bool, Field(exclude_if=lambda value: not value)] = False
    utterances: Annotated[bool, Field(exclude_if=lambda value: not value)] = False
    webhook: Annotated[str | None, Field(pattern=r"^https?://[^\s]+$", max_length=2_000, exclude_if=is_absent)] = None
    email: Annotated[
        tuple[Annotated[str, Field(pattern=_ADDRESS)], ...], Field(max_length=20, exclude_if=is_absent)
    ] = ()
    created: Time

    def search_query(self, size: int = 10) -> SearchQuery:
        """Return the parsed query. Raises ConfigurationError."""
        return parse(self.query, kind=self.kind, size=size, sort="time")

    @property
    def kind(self) -> Kind:
        """The kind of documents that it searches. Raises ConfigurationError if that is more than one."""
        return kind_asked_for({"quotes": self.quotes or self.utterances, "events": self.events})

    @property
    def of_parts(self) -> bool:
        """Whether it watches what stands in stories, of which one story may have several."""
        return self.kind is not STORY

    @property
    def channels(self) -> tuple[str, ...]:
        """Where matches are sent: ``webhook``, and each mail address."""
        return (*([WEBHOOK] if self.webhook else []), *self.email)


def new(name: str, query: str, **watched: Any) -> Alert:
    """Return an alert created now; ``watched`` are its other fields. Raises ConfigurationError with what is wrong."""
    try:
        alert = Alert.checked(name=name, query=query, **watched, created=datetime.now(UTC))
    except ConfigurationError as error:
        raise ConfigurationError(f"alert, {error}") from None
    if {"since", "until"} & alert.search_query().filters.keys():
        raise ConfigurationError("alert, query: an alert watches new stories; leave out since: and until:")
    return alert


def add(client: Client, alert: Alert, *, overwrite: bool = False) -> None:
    """Save the alert.

    Raises ConfigurationError if its query is invalid, its name is taken or there are too many alerts;
    ElasticsearchUnavailable.
    """
    execute(client, alert.search_query(0))
    if len(load_all(client)) >= MOST_ALERTS:
        raise ConfigurationError(f"there are {MOST_ALERTS} alerts already; remove one first")
    with translate_errors(client):
        try:
            client.index(
                index=client.named(ALERTS.name),
                id=alert.name,
                op_type="index" if overwrite else "create",
                document=alert.model_dump(mode="json"),
                refresh=True,
            )
        except ConflictError:
            raise ConfigurationError(f"there is an alert {alert.name!r}; remove it first, or give --replace") from None


@retry_while_starting
def would_have_matched(client: Client, alert: Alert, since: str) -> int:
    """Return how many stories (or quotes, or events) written since then the alert would have matched.

    Raises ConfigurationError if ``since`` is no time, ElasticsearchUnavailable.
    """
    return execute(client, alert.search_query(0).having(since=since)).total


def remove(client: Client, name: str) -> None:
    """Delete the alert. Raises ConfigurationError if there is none with this name, ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            client.delete(index=client.named(ALERTS.name), id=name, refresh=True)
        except NotFoundError:
            raise ConfigurationError(f"no alert {name!r}; see `wire alert list`") from None


@retry_while_starting
def get(client: Client, name: str) -> Alert:
    """Return the alert with this name. Raises ConfigurationError if there is none, ElasticsearchUnavailable."""
    with translate_errors(client):
        try:
            return Alert.model_validate(client.get(index=client.named(ALERTS.name), id=name)["_source"])
        except NotFoundError:
            raise ConfigurationError(f"no alert {name!r}; see `wire alert list`") from None


def load_all(client: Client) -> list[Alert]:
    """Return all alerts, ordered by name. Raises ElasticsearchUnavailable."""
    found = documents_in(ask(client, ALERTS.name, size=MOST_ALERTS))
    return sorted(map(Alert.model_validate, found), key=lambda alert: alert.name)


def find_hits(client: Client, alert: Alert, uris: Sequence[str]) -> list[dict[str, Any]]:
    """Return the alert's hits among these stories that came in after the alert was created.

    One that watches utterances gives each the wording ``before`` it. Raises ConfigurationError if the search is
    refused, ElasticsearchUnavailable.
    """
    # A missing shard would make its matches look withdrawn.
    answer = require_complete(execute(client, alert.search_query(MOST), uris=uris))
    hits = [hit for hit in answer.hits if alert.created <= _received_at(story_of(hit))]
    if not alert.utterances:
        return hits
    before = other_wording(client, hits)
    return [{**hit, "before": before[id_]} for hit in hits if (id_ := QuoteUse(hit).id) in before]


def _received_at(story: Mapping[str, Any]) -> datetime:
    """Return when the story was received, or its embargo passed."""
    times = [story["source"]["receivedat"], story.get("embargoed")]
    return max(datetime.fromisoformat(text) for text in times if text)
