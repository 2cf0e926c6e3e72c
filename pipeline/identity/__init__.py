"""Decide which names of different stories are one thing, from what all the stories say.

The modules here only compute: a story's ``name_usage`` goes into the sample of each ``word``, ``learning`` finds whom
the usages of a word mean, and the ``registry`` gives an entity the identity that follows from that ``lesson`` and from
``corrections``. The folder ``indexed`` does this with the stories in Elasticsearch.
"""
