import pytest

from tests.unit.news.reading import only_item, read

FRENCH = "Le constructeur a reçu 12 000 puces, à côté de l’usine."


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-16-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
        (FRENCH, "cp1252"),
        (FRENCH.replace("’", "'"), "latin-1"),
        ("Der Autobauer erhält 12.000 Chips für Köln.", "latin-1"),
        ("é", "latin-1"),
        ("El fabricante recibió 12.000 chips, ¿o no?", "latin-1"),
        ("Чипы, обещанные автопроизводителю, отправили в социальную сеть.", "cp1251"),
        ("原本给汽车制造商的一万二千块芯片，被转给了社交媒体公司。", "gb18030"),
        ("自動車会社向けの半導体一万二千個が、別の会社に回された。", "cp932"),
        ("자동차 회사에 갈 칩 만 이천 개가 다른 회사로 넘어갔다.", "cp949"),
        ("Układy obiecane producentowi samochodów trafiły łącznie do innej spółki.", "cp1250"),
    ],
)
def test_a_text_is_read_in_whatever_charset_it_was_saved(text: str, charset: str) -> None:
    assert only_item(text.encode(charset), "memo.txt").text == text


def test_the_declared_charset_comes_first() -> None:
    polish = "Układy trafiły do spółki."

    assert only_item(polish.encode("iso-8859-2"), "memo.txt", "text/plain; charset=ISO-8859-2").text == polish


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "x-unheard-of"])
def test_a_charset_that_is_wrongly_declared_gives_way_to_the_bytes(declared: str) -> None:
    assert only_item(FRENCH.encode("cp1252"), "memo.txt", f"text/plain; charset={declared}").text == FRENCH


@pytest.mark.parametrize(
    ("data", "media_type", "why"),
    [
        (b"", "application/octet-stream", "empty file"),
        (b" \r\n\t\n", "application/octet-stream", "empty file"),
        ("\u00a0\n".encode(), "text/plain", "empty file"),
        (b"\xef\xbb\xbf", "text/plain", "empty file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png", "a PNG image"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", "a PDF"),
        (b"PK\x03\x04\x14\x00", "application/zip", "a ZIP archive"),
        (b"plain at first\x00\x01\x02\x00 then not", "application/octet-stream", "binary data"),
        (bytes(range(1, 32)) * 20, "application/octet-stream", "binary data"),
    ],
)
def test_what_is_no_text_is_unreadable_and_says_what_it_is(data: bytes, media_type: str, why: str) -> None:
    reading = read(data, "memo.txt")

    assert reading.items == ()
    assert reading.unreadable is not None
    assert reading.unreadable.startswith(f"memo.txt: {why}")
    assert reading.media_type == media_type
