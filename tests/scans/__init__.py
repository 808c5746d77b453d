"""Makes scans and photographs of filled forms, with seals, of which everything is known: deterministic by seed."""
