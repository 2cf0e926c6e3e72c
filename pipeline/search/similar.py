"""Find stories similar to a given one."""

from typing import Any

from pipeline.documents.story import STORY
from pipeline.elasticsearch.client import Client, ask, documents_in
from pipeline.search.query_body import EXCLUDE_NON_STORIES, INTERNAL

_CHARACTERS = 5_000
"""How much of a story's beginning to compare."""
_TERMS = {"min_term_freq": 1, "min_doc_freq": 2, "max_query_terms": 30, "minimum_should_match": "30%"}


def similar_stories(client: Client, story: dict[str, Any], size: int = 5) -> list[dict[str, Any]]:
    """Return stories of the same storyline, then those with similar words, most similar first.

    The other members of the story's group are not among them. Raises ElasticsearchUnavailable.
    """
    like = [story.get("headline", ""), story["body"][:_CHARACTERS]]
    words = {"more_like_this": {"fields": ["headline", "body"], "like": [text for text in like if text], **_TERMS}}
    same = [{"constant_score": {"filter": {"term": {"storyline": line}}, "boost": 1_000}} for line in _line(story)]
    query = {
        "bool": {
            "filter": [EXCLUDE_NON_STORIES],
            "must_not": [{"term": {"uri": story["uri"]}}, *_same_group(story)],
            "should": [*same, words],
            "minimum_should_match": 1,
        }
    }
    return documents_in(ask(client, STORY.alias, query=query, size=size, source_excludes=INTERNAL))


def _same_group(story: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"term": {"group": story["group"]}}] if story.get("group") else []


def _line(story: dict[str, Any]) -> list[str]:
    return [story["storyline"]] if story.get("storyline") else []
