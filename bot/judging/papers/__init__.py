"""What is each file, and what does it state?"""
