"""Read a text once: one encoder for the parser and the names."""
