"""The journal as one value: what its entries say together. Pure."""
