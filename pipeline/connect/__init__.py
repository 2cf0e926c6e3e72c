"""Connect to Kafka and Elasticsearch, and turn their failures into this project's errors."""
