"""The one error of the readers. What to do with an unreadable document is decided in `documents`, not here."""


class UnreadableDocumentError(ValueError):
    """Nothing of a document can be read; the text says why and what to do.

    `media_type` says what the document turned out to be, where that is known.
    """

    def __init__(self, reason: str, media_type: str | None = None) -> None:
        super().__init__(reason)
        self.media_type = media_type
