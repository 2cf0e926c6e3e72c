"""Search the indices, with typed queries and results."""
