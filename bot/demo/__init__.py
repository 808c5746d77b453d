"""The whole job on embedded servers, with invented mails: what `shenbao demo` shows."""
