"""The pure core: a letter, its documents and the earlier cases in; findings, a decision and an answer out."""
