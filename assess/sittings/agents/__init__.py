"""Station agents: the computers beside the benches, with their keys, where each stands, what it is to run, and how it is."""
