"""What devices send beside their journal, pictures and raw evidence: checked, and kept in a folder for each attempt."""
