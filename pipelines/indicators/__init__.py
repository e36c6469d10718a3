"""What filers and statistics offices publish, as figures. Pure: bytes in, figures out."""
