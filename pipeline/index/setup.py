"""Making the templates, and the indices that must exist before they are read."""

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.index.names import ALERTS, DESK, MATCHES, METRICS, QUOTES, STORIES
from pipeline.index.templates import templates
from pipeline.settings import Elasticsearch as Settings


def ensure(client: Elasticsearch, settings: Settings) -> list[str]:
    """Create or update the templates, and tell the indices that are there of new fields. Safe to repeat.

    The names of the templates. Without it, a strict mapping made by an earlier version would refuse
    what this one writes.
    """
    made = templates(settings)
    for name, template in made.items():
        client.indices.put_index_template(name=name, **template)
    for alias in (STORIES, QUOTES, METRICS, MATCHES):
        if client.indices.exists_alias(name=alias):
            properties = made[f"wire-{alias}"]["template"]["mappings"]["properties"]
            client.indices.put_mapping(index=alias, properties=properties)
    for index in (DESK, ALERTS):
        if client.indices.exists(index=index):
            client.indices.put_mapping(index=index, properties=made[index]["template"]["mappings"]["properties"])
        else:
            _create(client, index)
    return list(made)


def _create(client: Elasticsearch, index: str) -> None:
    try:
        client.indices.create(index=index)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
