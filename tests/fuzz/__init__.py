"""Bounded, seeded fuzzing of every parser: a named outcome for any bytes, in bounded time and memory.

`python -m tests.fuzz --seconds 60` fuzzes all of them, `--target word` one; the tests of this folder do it for FUZZ_SECONDS
(3) each. Every input is made from its seed and number alone: `--reproduce word:1:4711 --output FILE` makes it again.
"""
