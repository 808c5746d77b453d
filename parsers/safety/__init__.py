"""Is a file what it says, and may it be opened?"""
