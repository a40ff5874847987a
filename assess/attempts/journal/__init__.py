"""The journal of an attempt: what a device may send, how it is written and sealed, and how it is held against itself."""
