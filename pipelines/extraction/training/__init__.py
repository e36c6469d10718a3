"""Learns the weights of the decisions from labelled text: `make train`.

Here belong alignment of labels with segments, fitting and writing. Nothing here is needed to read text.
"""
