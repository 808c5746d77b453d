"""What staff ask of the store."""
