"""Making the templates, and the indices that must exist before they are read."""

from elasticsearch import BadRequestError, Elasticsearch

from pipeline.index.names import DESK
from pipeline.index.templates import templates
from pipeline.settings import Elasticsearch as Settings


def ensure(client: Elasticsearch, settings: Settings) -> list[str]:
    """Create or update the templates; their names. Safe to repeat."""
    made = templates(settings)
    for name, template in made.items():
        client.indices.put_index_template(name=name, **template)
    if not client.indices.exists(index=DESK):
        try:
            client.indices.create(index=DESK)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
    return list(made)
