"""Public data into the lake: documents of filers and statistics offices, from a folder or asked for over the network,
and the figures in them.

What is asked for and how a document reads belongs in `pipelines.indicators`; which figures make one measure is for
`sql/supply` to say.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from pipelines.folders import list_documents
from pipelines.indicators.census import read_imports
from pipelines.indicators.comtrade import read_trade
from pipelines.indicators.figure import FigureReading
from pipelines.indicators.hardware import read_hardware
from pipelines.indicators.polite import PoliteClient
from pipelines.indicators.sec import read_company_facts
from pipelines.indicators.sources import SOURCES, PublicSource, Request, load_public_sources
from pipelines.indicators.taiwan import read_monthly_revenue
from pipelines.lake import Lake, content_id
from pipelines.progress import Progress
from pipelines.reference import Reference
from pipelines.settings import InvalidSetting, Settings
from pipelines.versions import code_version
from pipelines.web import Answer, Validators

log = logging.getLogger("waybill")

ASK_AGAIN_AFTER = timedelta(hours=20)
# A statistics office publishes a month's figures weeks after it; until then there is nothing there.
_NOT_YET = frozenset((204, 400, 404))
# A service that is down is not asked for everything else too, each time with all attempts and waits.
_MOST_IN_VAIN = 3
_CLUSTERS = "gpu_clusters.csv"
Asked = dict[str, tuple[datetime, str]]


@dataclass(frozen=True, slots=True)
class PublicArrivals:
    """What one run took in of public data: documents seen in the folder, requests made, documents that are new."""

    documents_seen: int = 0
    requests_made: int = 0
    requests_failed: int = 0
    documents_new: int = 0


@dataclass(frozen=True, slots=True)
class FiguresRead:
    """What one run read: documents read anew, figures accepted and rejected, documents that could not be read."""

    documents: int = 0
    accepted: int = 0
    rejected: int = 0
    unreadable: int = 0


def collect_public(settings: Settings, lake: Lake, now: datetime) -> PublicArrivals:
    """Take in what the public folder holds and what the sources of WAYBILL_SOURCES answer; `now` is UTC without zone.

    Each answer is kept as it comes, so that a run that was cut short goes on where it stopped. Raises
    NotADirectoryError where there is no such folder, InvalidSetting for a source that does not exist or a contact that
    is missing, PublicSourcesError for a list that cannot be used.
    """
    known = set(lake.read("public_documents")["document_id"])
    total = _collect_folder(settings, lake, known, now)
    if not settings.sources:
        return total
    if unknown := sorted(set(settings.sources) - set(SOURCES)):
        raise InvalidSetting(f"WAYBILL_SOURCES: {unknown[0]!r} is no source; sources are {', '.join(SOURCES)}")
    if not settings.contact:
        raise InvalidSetting(
            "WAYBILL_CONTACT is not set: public services want to know who asks; set an address of mail or of a page"
        )
    listed = load_public_sources(settings.reference_dir / "public_sources.toml", settings.as_of)
    for name in settings.sources:
        if name not in listed:
            raise InvalidSetting(f"WAYBILL_SOURCES: {name} has no table in public_sources.toml; add [{name}]")
        total = _ask(listed[name], settings, lake, known, now, total)
    return total


def _collect_folder(settings: Settings, lake: Lake, known: set[str], now: datetime) -> PublicArrivals:
    seen, new = 0, 0
    if not settings.public_dir.is_dir():
        raise NotADirectoryError(f"{settings.public_dir}: no such folder; create it, or set WAYBILL_PUBLIC_DIR")
    for source in SOURCES:
        folder = settings.public_dir / source
        paths = list_documents(folder) if folder.is_dir() else []
        for path in paths:
            name = path.relative_to(folder).as_posix()
            try:
                data, reason = path.read_bytes(), None
            except OSError as error:
                data, reason = b"", f"{name}: cannot be opened ({error.strerror}): check that it may be read"
            seen += 1
            new += _keep(lake, known, source, name, None, data, reason, None, now)
    return PublicArrivals(documents_seen=seen, documents_new=new)


def _ask(
    source: PublicSource, settings: Settings, lake: Lake, known: set[str], now: datetime, total: PublicArrivals
) -> PublicArrivals:
    asked = _asked(lake, source.source)
    validators = _validators(lake, source.source)
    due = [request for request in source.requests if _is_due(request, asked, now)][: source.requests_per_run]
    progress = Progress(f"asking {source.source}", len(due), "documents")
    in_vain = 0
    key = {"census": settings.census_key, "comtrade": settings.comtrade_key}.get(source.source)
    with PoliteClient(settings.contact or "", requests_per_second=source.requests_per_second) as client:
        for request in due:
            url = _with_key(request.url, source.key_parameter, key)
            answer = client.get(url, validators.get(request.name))
            outcome, new = _outcome(answer, request), 0
            if answer.status == "fetched":
                new = _keep(
                    lake, known, source.source, request.name, request.url, answer.body, None, answer, now
                )  # fmt: skip
            reason = answer.reason.replace(url, request.url) if answer.reason else None
            if outcome == "failed":
                log.warning("%s: %s", source.source, reason)
            lake.append(
                "public_requests",
                [
                    {
                        "source": source.source, "name": request.name, "url": request.url, "asked_at": now,
                        "outcome": outcome, "reason": reason if outcome in ("failed", "absent") else None,
                    }
                ],
            )  # fmt: skip
            progress.advance(1, len(answer.body))
            total = replace(
                total,
                requests_made=total.requests_made + 1,
                requests_failed=total.requests_failed + (outcome == "failed"),
                documents_new=total.documents_new + new,
            )
            in_vain = in_vain + 1 if answer.passing else 0
            if in_vain and (in_vain >= _MOST_IN_VAIN or answer.http_status == 429 or answer.retry_after):
                # Who says to wait, or does not answer at all, is left alone; what is due stays due.
                log.warning("%s: no further request in this run; the next one goes on", source.source)
                break
    progress.finish()
    return total


def _is_due(request: Request, asked: Asked, now: datetime) -> bool:
    if request.name not in asked:
        return True
    at, outcome = asked[request.name]
    if outcome == "failed":
        return True
    return not request.settled and now - at >= ASK_AGAIN_AFTER


def _outcome(answer: Answer, request: Request) -> str:
    if answer.status == "fetched":
        return "fetched"
    if answer.status == "not_modified":
        return "unchanged"
    # An answer without content says that there is nothing, and will not be more where the month is over for good.
    if answer.http_status == 204:
        return "absent"
    return "absent" if answer.http_status in _NOT_YET and not request.settled else "failed"


def _asked(lake: Lake, source: str) -> Asked:
    rows = lake.read("public_requests").sort("asked_at").iter_rows(named=True)
    return {row["name"]: (row["asked_at"], row["outcome"]) for row in rows if row["source"] == source}


def _validators(lake: Lake, source: str) -> dict[str, Validators]:
    rows = lake.read("public_documents").sort("received_at").iter_rows(named=True)
    return {row["name"]: Validators(row["etag"], row["last_modified"]) for row in rows if row["source"] == source}


def _with_key(url: str, parameter: str | None, key: str | None) -> str:
    if not parameter or not key:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({parameter: key})}"


def _keep(
    lake: Lake,
    known: set[str],
    source: str,
    name: str,
    url: str | None,
    data: bytes,
    reason: str | None,
    answer: Answer | None,
    now: datetime,
) -> int:
    """Keep a document, if it is new; give how many were. A table of clusters goes to the suppliers' readers."""
    content_hash = hashlib.sha256(data).hexdigest()
    document_id = content_id("public", source, name, content_hash, reason)
    if document_id in known:
        return 0
    known.add(document_id)
    lake.keep_bytes(data)
    media_type = answer.media_type if answer else None
    if name == _CLUSTERS:
        # The register is read by a contract, as when a person puts the file into the supplier folder.
        lake.append(
            "supplier_documents",
            [
                {
                    "document_id": document_id, "source": source, "name": name, "received_at": now,
                    "media_type": media_type, "content_hash": content_hash, "size": len(data), "reason": reason,
                }
            ],
        )  # fmt: skip
    lake.append(
        "public_documents",
        [
            {
                "document_id": document_id, "source": source, "name": name, "url": url, "received_at": now,
                "media_type": media_type, "content_hash": content_hash, "size": len(data),
                "etag": answer.validators.etag if answer else None,
                "last_modified": answer.validators.last_modified if answer else None,
                "reason": reason,
            }
        ],
    )  # fmt: skip
    return 1


def read_figures(settings: Settings, lake: Lake, reference: Reference, now: datetime) -> FiguresRead:
    """Read every public document that these readers and lists have not read; `now` is UTC without zone."""
    version = figure_reader_version(settings.reference_dir)
    readers = _readers(reference)
    done = {
        row["document_id"]: row["reader_version"]
        for row in lake.read("figure_readings").sort("read_at").iter_rows(named=True)
    }
    documents = lake.read("public_documents").unique("document_id", keep="first", maintain_order=True)
    pending = [
        row
        for row in documents.iter_rows(named=True)
        if row["name"] != _CLUSTERS and done.get(row["document_id"]) != version
    ]
    total = FiguresRead()
    progress = Progress("reading public data", len(pending), "documents")
    for document in pending:
        data = lake.bytes_of(document["content_hash"])
        if document["reason"]:
            reading = FigureReading("unknown", unreadable=document["reason"])
        else:
            reading = readers[document["source"]](data)
        _keep_figures(lake, document["document_id"], version, reading, now)
        progress.advance(1, len(data))
        total = FiguresRead(
            total.documents + 1,
            total.accepted + len(reading.figures),
            total.rejected + len(reading.rejected),
            total.unreadable + bool(reading.unreadable),
        )
    progress.finish()
    return total


def figure_reader_version(reference_dir: Path) -> str:
    """The version of what reads public documents: its code, and the lists of what is asked for."""
    lists = (reference_dir / name for name in ("measures.csv", "reporters.csv"))
    return code_version(Path(__file__).parent / "indicators", *lists)


def _readers(reference: Reference) -> dict[str, Callable[[bytes], FigureReading]]:
    tags = frozenset(row.stated_measure for row in reference.measures if row.source == "sec")
    companies = frozenset(row.code for row in reference.reporters if row.source == "taiwan")
    return {
        "sec": lambda data: read_company_facts(data, tags),
        "taiwan": lambda data: read_monthly_revenue(data, companies),
        "census": read_imports,
        "comtrade": read_trade,
        "epoch": read_hardware,
    }


def _keep_figures(lake: Lake, document_id: str, version: str, reading: FigureReading, now: datetime) -> None:
    mine = {"document_id": document_id, "reader_version": version}
    lake.append(
        "figures",
        ({"figure_id": content_id(document_id, one.number), **mine, **asdict(one)} for one in reading.figures),
    )
    lake.append(
        "rejected_figures",
        (
            {**mine, "number": one.number, "reasons": "; ".join(one.reasons), "verbatim": one.verbatim}
            for one in reading.rejected
        ),
    )
    lake.append(
        "figure_readings",
        [
            {
                **mine,
                "read_at": now,
                "media_type": reading.media_type,
                "status": "unreadable" if reading.unreadable else "read",
                "reason": reading.unreadable,
                "figures_read": reading.read,
                "passed_over": reading.passed_over,
            }
        ],
    )
