"""The desk: which version of a story counts.

``rules`` decides from the story and what the desk remembers of it; the memory itself is a record
per story in Elasticsearch (``wire-desk``), see docs/decisions.
"""
