"""What the project costs: a generated corpus, and the pipeline measured against bare spaCy."""
