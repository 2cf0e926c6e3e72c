"""Serve the pages, the search API and POST /ingest."""
