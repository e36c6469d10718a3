"""Our figures and periods beside the specifications of microsoft/Recognizers-Text, of which nothing is kept here."""
