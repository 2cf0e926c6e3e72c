"""The pages and the search API."""
