"""Text to claims, pure: one engine, languages as data. Names stay as stated; ids belong to `records`."""
