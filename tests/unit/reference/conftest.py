"""A reference folder of a few rows, which tests change; and where the shipped one stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.reference import Reference, load_reference

ROOT = Path(__file__).resolve().parents[3]

TINY = {
    "entities.csv": """\
# Facts: invented.
#
entity_id,name,claim_name,kind,country
x-corp,X Corp.,X,buyer,US
xai,X.AI Corp.,xAI,lab,US
tesla,"Tesla, Inc.",Tesla,buyer,US
xai-holdings,X.AI Holdings Corp.,xAI Holdings,holding,US
elon-musk,Elon Musk,Elon Musk,person,US
nvidia,NVIDIA Corporation,Nvidia,chip_vendor,US
""",
    "aliases.csv": """\
entity_id,alias,needs
x-corp,X,Musk|Twitter|马斯克
x-corp,Twitter,
xai,xAI,
tesla,Tesla,
xai-holdings,xAI Holdings,
elon-musk,Elon Musk,
nvidia,Nvidia,
nvidia,エヌビディア,
""",
    "descriptions.csv": "entity_id,language,description\ntesla,fr,constructeur\n",
    "control.csv": """\
entity_id,controller_id,relation,from_on,to_on,source
tesla,elon-musk,controller,,,page
x-corp,elon-musk,controller,2022-10-27,2025-03-28,page
x-corp,xai-holdings,subsidiary,2025-03-28,,page
xai,xai-holdings,subsidiary,2025-03-28,,page
xai-holdings,elon-musk,controller,2025-03-28,,page
""",
    "products.csv": """\
product_id,claim_name,name,level,parent_id,family_id,vendor_id,unit,component_id,gpus_per_unit,tops_8bit_dense,\
h100e,h100e_16bit,launched_on,source
gpu,GPU,Any,any,,,,gpu,,1,,,,,root
nvidia-hopper,Hopper,Hopper,family,gpu,nvidia-hopper,nvidia,gpu,,1,,,,,page
nvidia-h100,H100,H100,model,nvidia-hopper,nvidia-hopper,nvidia,gpu,,1,1979,1,1,2022-09-20,page
nvidia-h20,H20,H20,model,nvidia-hopper,nvidia-hopper,nvidia,gpu,,1,296,0.1496,,,page
nvidia-hgx-h100,HGX H100,HGX,system,nvidia-h100,nvidia-hopper,nvidia,system,nvidia-h100,8,1979,1,1,,page
""",
    "product_aliases.csv": """\
product_id,alias
gpu,GPU
nvidia-hopper,Hopper
nvidia-h100,H100
nvidia-h20,H20
nvidia-hgx-h100,HGX H100
""",
    "skus.csv": """\
pattern,product_id
H100(?:[ -]SXM5)?,nvidia-h100
HGX H100(?: 8-GPU)?,nvidia-hgx-h100
""",
    "exchange_rates.csv": """\
month,currency,usd_per_unit
2024-05-01,EUR,1.081
2024-06-01,EUR,1.0763
""",
    "outlets.csv": "outlet_id,name,aliases,kind\ncnbc,CNBC,CNBC电视台|CNBC TV,outlet\n",
    "durations.csv": "duration,low_days,high_days\nmonths,60,300\n",
    "match_weights.csv": "comparison,level,m,u\nitem,same,0.2,0.1\nitem,another,0.8,0.9\n",
    "match_thresholds.csv": "name,value\nprior,0.25\njoin,0\nreview_from,-2\nreview_to,2\ntie,1\n",
    "decisions.csv": """\
one,other,verdict,decided_by,decided_on,reason
a,b,same,Ada,2024-06-05,one order
b,c,same,Ada,2024-06-05,one order
c,d,not the same,Ada,2024-06-05,two years
""",
    "measures.csv": "source,stated_measure,measure,rank\nsec,us-gaap:Revenues,revenue,1\n",
    "reporters.csv": "source,code,entity_id\nsec,0001045810,nvidia\n",
    "unit_prices.csv": "product_id,from_on,usd_low,usd_high,source\nnvidia-h100,2022-09-20,20000,27000,page\n",
}


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A folder of sound reference files of a few rows each."""
    for name, text in TINY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def append(tiny_folder: Path) -> Callable[[str, str], int]:
    """Appends a row to a file of the tiny folder and gives the number of its line."""

    def append_row(name: str, row: str) -> int:
        path = tiny_folder / name
        text = path.read_text(encoding="utf-8") + row + "\n"
        path.write_text(text, encoding="utf-8")
        return text.count("\n")

    return append_row


@pytest.fixture
def tiny(tiny_folder: Path) -> Reference:
    """The reference of the tiny folder."""
    return load_reference(tiny_folder)


@pytest.fixture(scope="session")
def shipped_folder() -> Path:
    """The folder of the curated reference."""
    return ROOT / "reference"


@pytest.fixture(scope="session")
def shipped(shipped_folder: Path) -> Reference:
    """The curated reference."""
    return load_reference(shipped_folder)
