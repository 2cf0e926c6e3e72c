"""Entities, quotes and events: the language pass, as spaCy components of one module each.

Others can put ``wire_paragraphs``, ``wire_entities`` and ``wire_quotes`` in their own pipelines;
spaCy finds them through this package's entry points. ``model`` assembles ours.
"""
