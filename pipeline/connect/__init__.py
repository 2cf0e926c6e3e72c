"""Kafka and Elasticsearch: where they are, and clients that fail as this project's errors do."""
