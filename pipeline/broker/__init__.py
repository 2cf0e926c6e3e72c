"""Kafka, seen from outside the stages: its topics, its consumers' lag, its messages by place."""
