"""The day's digest for staff: what it holds, and the letter that brings it."""
