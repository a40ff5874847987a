"""What others send us: signed messages of simulators and test benches, and files of data loggers."""
