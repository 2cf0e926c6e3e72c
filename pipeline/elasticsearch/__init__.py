"""Connect to Elasticsearch, and turn its failures into this project's errors."""
