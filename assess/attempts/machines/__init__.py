"""What machines read, and what each reading is worth. Pure."""
