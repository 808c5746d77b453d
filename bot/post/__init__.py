"""The only IMAP and SMTP: mailboxes in, outbox out."""
