"""Feeds: simulators, test benches and loggers of others that send signed messages, and the keys by which they speak."""
