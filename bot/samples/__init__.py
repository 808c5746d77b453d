"""Invented submissions: who sends, what they send, and the mail it comes in. The demo's mails and the tests' are built of these.

Nothing here is anybody's: names, numbers and addresses are drawn by a seeded generator, hosts are the reserved example
domains. `cast` invents people and organisations, `layout` holds documents as lines and tables, `word`, `sheets`, `slides`
and `paper` write them as files, `notices` fills in the four notices' forms, `letters` writes the mail.
"""
