"""What every page and the API are asked with, read from the address."""

from dataclasses import dataclass
from typing import Annotated

from elasticsearch import Elasticsearch
from fastapi import Depends, Query, Request

from pipeline.search.stories import Answer, Question, ask, story
from pipeline.search.times import moment

Text = Annotated[str, Query(max_length=1_000)]


@dataclass(frozen=True)
class Index:
    """The Elasticsearch that is asked."""

    client: Elasticsearch

    def ask(self, question: Question) -> Answer:
        """The answer. Raises ConfigurationError, ElasticsearchAway."""
        return ask(self.client, question)

    def story(self, uri: str) -> dict[str, object] | None:
        """The story of that uri. Raises ElasticsearchAway."""
        return story(self.client, uri)


def _index(request: Request) -> Index:
    index: Index = request.app.state.index
    return index


def _asked(
    q: Text = "",
    quotes: bool = False,
    speaker: Text = "",
    entity: Text = "",
    place: Text = "",
    since: Text = "",
    until: Text = "",
    size: Annotated[int, Query(ge=0, le=1_000)] = 20,
    advisories: bool = False,
) -> Question:
    """The question in the address. Raises ConfigurationError for a time that is none."""
    return Question(
        query=q,
        quotes=quotes,
        speaker=speaker or None,
        entity=entity or None,
        place=place or None,
        since=moment(since) if since else None,
        until=moment(until) if until else None,
        size=size,
        advisories=advisories,
    )


Asked = Annotated[Question, Depends(_asked)]
Asking = Annotated[Index, Depends(_index)]
