"""Keep the state of each story: its versions, kills, copies and embargoes.

``record`` is the stored value, ``rules`` decide from it and change it, ``store`` reads and writes it,
``record_mapping`` is its mapping in Elasticsearch.
"""
