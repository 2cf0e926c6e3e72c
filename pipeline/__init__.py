"""wire: ingest a live stream of news stories, extract their contents and make them searchable.

The route of a story, and the package that does each step::

    bytes   feeds ─────► wire.raw         read items from files, addresses and pushes
    Story   formats, clean ► wire.stories parse bytes into a Story; remove boilerplate
    Story   desk ──────► wire.edited      pick the current version, from one record per story
            annotate ──► wire.annotated   find entities, quotes, dates, events, extractions
    documents, index ──► Elasticsearch    make documents of each kind, and write them
            derive ····· wire.derived     say which stories are copies, variants or updates of which
            search, alerts                run queries; match saved searches and notify

``languages`` has a folder for each language, ``reading`` what reads any of them, ``knowledge`` what is known of the
world, and ``extractions`` a row for each extraction. ``kafka`` and ``elasticsearch`` open connections. ``ops`` holds
what operators need: status, dead letters, tokens. ``workers`` (Faust), ``web``, ``kibana``, ``cli`` and ``local``
combine the other packages; nothing imports them. An item that a stage gives up on goes to ``wire.dead`` with its
reason.
"""

__version__ = "0.7.0"
