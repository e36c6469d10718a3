"""X12 messages to supplier lines: 850, 855, 856, 860, 865, 830 and 862, of version 4010 and later."""
