"""Making the templates, and the indices that must exist before they are read."""

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.index.names import DESK, METRICS, QUOTES, STORIES
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
    for alias in (STORIES, QUOTES, METRICS):
        if client.indices.exists_alias(name=alias):
            properties = made[f"wire-{alias}"]["template"]["mappings"]["properties"]
            client.indices.put_mapping(index=alias, properties=properties)
    if client.indices.exists(index=DESK):
        client.indices.put_mapping(index=DESK, properties=made[DESK]["template"]["mappings"]["properties"])
        return list(made)
    try:
        client.indices.create(index=DESK)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
    return list(made)
