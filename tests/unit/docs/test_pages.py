import re

import pytest

from pipelines.extraction import pack
from pipelines.lake import TABLES
from pipelines.news.documents import read_document
from pipelines.publish.dictionary import STAGES
from pipelines.settings import ROOT, load_settings
from pipelines.sql_model import read_models
from tests.unit.docs.pages import PAGES, anchors, blocks, links, page, prose, table

_SETTING = re.compile(r"WAYBILL_[A-Z_]+")
_CODE = re.compile(r"`([^`\n]+)`")
_FOLDERS = ("assets", "deploy", "docs", "pipelines", "reference", "sample", "sql", "tests")
SETTINGS = set(_SETTING.findall((ROOT / "pipelines" / "settings.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", PAGES)
def test_relative_links_and_images_lead_somewhere(name: str) -> None:
    dead = []
    for target in links(name):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / name).parent / path if path else ROOT / name
        if not found.exists() or (anchor and anchor not in anchors(found)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("name", PAGES)
def test_commands_named_are_targets_of_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = _CODE.findall(prose(name)) + [block.body for block in blocks("sh", (name,))]
    named = {target for piece in code for target in re.findall(r"\bmake ([a-z]+)", piece)}
    assert named <= targets


def test_the_readme_names_the_three_commands() -> None:
    shown = "\n".join(block.body for block in blocks("sh", ("README.md",)))
    assert all(f"make {target} " in shown for target in ("run", "dev", "test"))


@pytest.mark.parametrize("name", [*PAGES, ".env.example"])
def test_settings_named_exist(name: str) -> None:
    assert set(_SETTING.findall(page(name))) <= SETTINGS


def test_the_readme_describes_every_setting() -> None:
    rows = table("README.md", "Your own inputs")
    assert {row[0].strip("`") for row in rows if row[0].startswith("`WAYBILL_")} == SETTINGS


def test_the_example_of_settings_shows_each_one_commented_out_and_usable() -> None:
    lines = page(".env.example").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    shown = dict(line[1:].split("=", 1) for line in lines if re.match(r"#[A-Z_]+=", line))
    assert set(shown) == SETTINGS | {"PORT", "PYTHON"}
    load_settings(shown)


def test_the_example_of_settings_says_the_true_defaults() -> None:
    said = {
        name: default for default, name in re.findall(r"Default: ([^\s,]+)[^\n]*\n#([A-Z_]+)=", page(".env.example"))
    }
    unset = load_settings({})
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    folders = {"NEWS_DIR": unset.news_dir, "SUPPLIER_DIR": unset.supplier_dir, "HOME": unset.home}
    folders["REFERENCE_DIR"] = unset.reference_dir
    for name, folder in folders.items():
        assert said[f"WAYBILL_{name}"] == folder.relative_to(ROOT).as_posix()
    assert float(said["WAYBILL_LOCK_WAIT_SECONDS"]) == unset.lock_wait_seconds
    assert said["WAYBILL_ALERT_WEBHOOK"] == "none"
    assert unset.alert_webhook is None
    assert f"PORT ?= {said['PORT']}\n" in makefile
    assert f"PYTHON ?= $(shell command -v {said['PYTHON']} || command -v python3)\n" in makefile


@pytest.mark.parametrize("name", PAGES)
def test_files_and_folders_named_exist(name: str) -> None:
    missing = []
    for piece in _CODE.findall(prose(name)):
        if piece.split("/")[0] not in _FOLDERS or "/" not in piece or " " in piece:
            continue
        if not list(ROOT.glob(re.sub(r"<\w+>", "*", piece).rstrip("/"))):
            missing.append(piece)
    assert missing == []


def test_the_layout_is_that_of_the_repository() -> None:
    listed: list[str] = []
    folder = ""
    for line in page("docs/architecture.md").split("\n## Layout\n")[1].split("\n## ")[0].splitlines():
        entry = re.match(r"(?P<indent> {4,6})(?P<name>[\w.]+/?) ", line)
        if entry and len(entry["indent"]) == 4:
            folder = entry["name"]
            listed.append(folder)
        elif entry:
            listed.append(folder + entry["name"])
    assert [place for place in listed if not (ROOT / place).exists()] == []
    modules = {path.relative_to(ROOT).as_posix() + "/" for path in (ROOT / "pipelines").iterdir() if path.is_dir()}
    assert {place for place in modules if "__" not in place} <= set(listed)


def test_the_stages_are_those_of_the_tables() -> None:
    described = [row[0].strip("`") for row in table("docs/architecture.md", "The chain of stages")]
    assert described == ["sources", *STAGES]


def test_tables_named_exist() -> None:
    known = set(read_models(ROOT / "sql")) | {f"lake.{name}" for name in TABLES} | {"publish.publication"}
    schemas = "|".join(STAGES)
    for name in PAGES:
        named = set(re.findall(rf"`((?:{schemas})\.\w+)(?:\(…\))?`", prose(name)))
        assert named <= known, name


def test_the_readme_names_every_language_that_is_read() -> None:
    (sentence,) = re.findall(r"News is read by rules, in (.+?)\.", page("README.md"), re.DOTALL)
    assert sorted(_CODE.findall(sentence)) == list(pack.available())


def test_the_example_of_a_model_is_the_whole_file() -> None:
    (example,) = blocks("sql", ("docs/architecture.md",))
    assert example.body == (ROOT / "sql" / "reference" / "control.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize(("format_name", "name"), [("plain text", "one.txt"), ("JSON Lines", "one.jsonl")])
def test_the_example_of_a_news_format_can_be_read(format_name: str, name: str) -> None:
    (example,) = [row[2] for row in table("README.md", "Your own inputs") if row[0].startswith(format_name)]
    reading = read_document(example.strip("`").encode(), name, source="example")
    (item,) = reading.items
    assert item.text == "Nvidia sent …"
    assert item.published_precision == ("month" if name == "one.txt" else "day")


@pytest.mark.parametrize("name", [*PAGES, ".env.example"])
def test_no_page_names_a_folder_of_somebodys_machine(name: str) -> None:
    assert re.findall(r"(?<![\w./])/(?:home|root|tmp|Users|work)/|\.\./shared", page(name)) == []


def test_the_architecture_stays_short() -> None:
    assert len(page("docs/architecture.md").splitlines()) < 250
