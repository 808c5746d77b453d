"""The clerk: programmes, rules and judging as a functional core; store, mailboxes, daemon and console around it."""

__version__ = "0.1.0"
