"""Ready-made claims, as another extractor or a person hands them over: bytes to claims, pure. Nothing is extracted."""
