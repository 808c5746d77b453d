"""From blocks and labels to fields, lists, statistics and sections."""
