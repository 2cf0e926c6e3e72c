"""How what ships was learned: the names model, the weights of reporting, the lists of people."""
