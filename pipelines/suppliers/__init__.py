"""Bytes to supplier lines, pure: contracts say how a supplier writes. Units stay as stated."""
