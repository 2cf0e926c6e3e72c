"""AnnotatedStory → Elasticsearch: documents, templates, the bulk writer, the desk's records."""
