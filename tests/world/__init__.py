"""A world to test the ledger against: a true history, what is seen of it, and how the tables compare with the truth.

`truth` says what a history is, `generate` makes one from a seed, `observe` tells what suppliers' files and the news
show of it, `build` runs the real SQL models on that, `differences`, `figures` and `conservation` hold their tables
against the truth, `story` prints a world for a reader. Nothing here knows how the ledger decides.
"""
