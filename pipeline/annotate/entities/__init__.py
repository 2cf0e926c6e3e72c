"""Names in a story: recognised, corrected by the document, brought together, located."""
