"""Which earlier case does a mail join, and is an entry one that came before?"""
