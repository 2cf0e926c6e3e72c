"""Breaking things at random while stories flow, and comparing what is left with an undisturbed run.

``corpus`` makes what is fed, round by round; ``proxy`` stands between wire and the servers; ``faults``
are what is done to them; ``rounds`` runs it all and compares. ``make chaos`` is the long form.
"""
