"""Making the templates, and the indices that must exist before they are read."""

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.index.names import DESK, QUOTES, SIGNATURES, STORIES
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
    for alias in (STORIES, QUOTES):
        if client.indices.exists_alias(name=alias):
            properties = made[f"wire-{alias}"]["template"]["mappings"]["properties"]
            client.indices.put_mapping(index=alias, properties=properties)
    for name in (DESK, SIGNATURES):
        if client.indices.exists(index=name):
            client.indices.put_mapping(index=name, properties=made[name]["template"]["mappings"]["properties"])
            continue
        try:
            client.indices.create(index=name)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
    return list(made)
