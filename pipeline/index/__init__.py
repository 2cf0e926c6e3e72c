"""Write AnnotatedStories to Elasticsearch: documents, templates, bulk requests."""
