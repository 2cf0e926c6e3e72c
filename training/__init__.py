"""Training of everything that ships: the names model, the weights of reporting cues, the lists of names."""
