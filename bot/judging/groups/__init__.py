"""Whose is each file, and who sends them?"""
