"""What submitters are told: a sentence for each finding, a template for each answer. Knows nothing of `bot`."""
