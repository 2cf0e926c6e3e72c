"""Entities, quotes and events: the language pass, as spaCy components.

``model`` assembles them: ``wire_paragraphs``, the parser of the stock model, the names model,
``wire_entities`` and ``wire_quotes``, each of which reads what those before it wrote.
"""
