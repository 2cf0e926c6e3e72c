"""Find entities, quotes and events: the language pass, as spaCy components.

``model`` assembles them: ``wire_paragraphs``, the stock model's parser, the names model, ``wire_entities`` and
``wire_quotes``. Each reads what those before it wrote.
"""
