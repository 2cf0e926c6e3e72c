"""wire: a live stream of news stories, understood and made searchable.

The route of a story, and the package that stands at each step::

    bytes   feeds ─────► wire.raw         where stories come from, once or live
    Story   formats, clean ► wire.stories bytes → Story; captions, credits and adverts off
    Story   desk ──────► wire.edited      which version counts; copies, storylines
            state ·······                 what is remembered of each story
            annotate ──► wire.annotated   entities, quotes, speakers (spaCy)
            index ─────► Elasticsearch    documents, templates, bulk writes
            search, alerts                queries and typed results; saved searches, and who is told

``connect`` makes connections to Kafka and Elasticsearch, ``ops`` runs an installation. ``workers``
(Faust), ``web``, ``kibana``, ``cli`` and ``local`` wire all of it together and are the only ones
that do. Whatever a stage gives up on goes to ``wire.dead`` with its reason.
"""

__version__ = "0.7.0"
