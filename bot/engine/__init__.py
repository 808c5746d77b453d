"""Many mails in order, on one machine or several: what reads them, what settles them, and who waits for whom."""
