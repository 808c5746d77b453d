"""A factory of invented submissions with the truth about each: `python -m tests.factory OUT_DIR [--seed N] [--count N]`.

It builds on `bot.samples` (complete submissions) and breaks them: one spec a defect in `defects`, forms written as people
write them in `manners`, cases of several mails in `stories`, mails that are no submissions in `others`. With `--call`
it writes those of a fifth notice instead, an invented call for papers by persons (`calls`, `call_cases`), which are judged by the
programme in tests/data/programmes.
"""
