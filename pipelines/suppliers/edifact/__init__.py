"""EDIFACT messages to supplier lines: ORDERS, ORDRSP, ORDCHG, DESADV and DELFOR; pydifact reads the segments."""
