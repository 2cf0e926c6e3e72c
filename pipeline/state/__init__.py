"""What is remembered of each story: its versions, kills, copies and embargoes.

``record`` is what is kept, ``rules`` decide by it and change it, ``store`` reads and writes it,
``mapping`` is its shape in Elasticsearch.
"""
