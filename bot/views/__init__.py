"""What staff see, in words."""
