"""Write the documents of stories to Elasticsearch: templates, bulk requests, rebuilding."""
