"""How well the extractor reads, and what it does not know: gold files, tables of the score, words it has not seen.

Nothing here takes part in extraction, so a change of it makes no item be read anew.
"""
