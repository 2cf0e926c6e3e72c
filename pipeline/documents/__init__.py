"""Describe the documents of a story, one module for each kind: what they hold, how they are searched and shown."""
