"""Find entities, quotes, dates and events: the language pass.

``model`` assembles them: ``reading`` makes a document with a parse and names out of a body; ``wire_entities``,
``wire_quotes``, ``wire_dates`` and ``wire_events`` follow. Each reads what those before it wrote.
"""
