"""Annotate stories with entities, quotes, dates and events, each in its own language."""
