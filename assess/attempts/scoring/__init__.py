"""From a journal and the versions it pins to a score, and what waits for people on the way. Pure."""
