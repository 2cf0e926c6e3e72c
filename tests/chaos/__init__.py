"""Break the system at random while stories flow, and compare the result with an undisturbed run.

``corpus`` makes the items of each round, ``proxy`` stands between wire and the servers, ``faults`` lists what can
break, and ``rounds`` runs everything and compares. ``make chaos`` is the long form.
"""
