"""What staff do: settle, waive, answer; and who they are."""
