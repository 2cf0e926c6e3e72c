"""Questions to the indices, and typed answers."""
