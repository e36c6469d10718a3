"""Writes the messages in sample/suppliers: `python -m tests.unit.suppliers.sample_messages`. All is invented.

Aurelia Compute orders from Castellan Integrated in X12, Nordlicht Rechenwerke from Meridian Systems in EDIFACT.
"""

import gzip
import io
import zipfile
from pathlib import Path

from tests.unit.suppliers.edi_writer import edifact, x12

FOLDER = Path(__file__).parents[3] / "sample" / "suppliers"
TO_BUYER = {"sender": "ZZ:CASTELLAN", "receiver": "ZZ:AURELIA"}
BUYER = ("N1*BY*Aurelia Compute Inc*92*AUR", "N1*ST*Aurelia Compute Inc, Hall 2*92*AUR-H2", "N4*Reno*NV*89502*US")
SELLER = "N1*SE*Castellan Integrated*92*CAS"
IDS = ("N1*SU**92*CI-1000", "N1*BY**92*C-2044")
ORDER = "AC-20417"

HGX_H200 = "VP*CI-7H200-8*MG*HGX H200 8-GPU"
H200_NVL = "VP*CI-7H200N*MG*H200 NVL 141GB"
GB200 = "VP*CI-9GB2-72*MG*GB200 NVL72"
L40S = "VP*CI-6L40S*MG*L40S"

ORDERS = x12(
    [("850", (
        f"BEG*00*NE*{ORDER}**20240708", "CUR*BY*USD", "REF*CT*FA-2024-03", *BUYER, SELLER,
        f"PO1*1*32*EA*312000**{HGX_H200}", "PID*F****NVIDIA HGX H200 8-GPU system", "DTM*002*20241015",
        f"PO1*2*512*EA*31250.50**{H200_NVL}", "PID*F****NVIDIA H200 NVL 141 GB", "DTM*002*20241129",
        f"PO1*3*4*EA*3150000**{GB200}", "SCH*2*EA***002*20250131", "SCH*2*EA***002*20250228",
        "CTT*3*548",
    ))]
)  # fmt: skip
ANSWER = x12(
    [("855", (
        f"BAK*00*AC*{ORDER}*20240708****SO-88120*20240715", *IDS,
        f"PO1*1*32*EA*312000**{HGX_H200}", "ACK*IA*32*EA*067*20241018",
        f"PO1*2*512*EA*31250.50**{H200_NVL}", "ACK*IA*256*EA*067*20241129", "ACK*IB*256*EA*067*20250131",
        f"PO1*3*4*EA*3150000**{GB200}", "ACK*DR*4*EA*067*20250331", "CTT*3",
    ))],
    **TO_BUYER, sent=("20240715", "1602"), control=41,
)  # fmt: skip
CHANGE = x12(
    [("860", (
        f"BCH*04*NE*{ORDER}**1*20240708*****20240902", "CUR*BY*USD", *BUYER, SELLER,
        f"POC*2*QD*384*384*EA*31250.50**{H200_NVL}", "DTM*002*20241129",
        f"POC*4*AI*64*64*EA*9800**{L40S}", "DTM*002*20241129", "CTT*2",
    ))],
    sent=("20240902", "0730"), control=912,
)  # fmt: skip
CHANGE_ANSWER = x12(
    [("865", (
        f"BCA*00*AC*{ORDER}**1*20240708***SO-88120*20240906", *IDS,
        f"POC*2*QD*384*384*P1*31250.50**{H200_NVL}", "ACK*IQ*384*P1*067*20250131",
        f"POC*4*AI*64*64*P1*9800**{L40S}", "ACK*IR*64*P1", "CTT*2",
    ))],
    **TO_BUYER, sent=("20240906", "1745"), control=57,
)  # fmt: skip


def notice(purpose: str, day: str, *dates: str) -> tuple[str, tuple[str, ...]]:
    """The notice of line 1: one shipment, one order, two pallets."""
    return "856", (
        f"BSN*{purpose}*ASN-30771*{day}*1130*0001", "HL*1**S*1", "TD5*B*2*NTWY*M", "REF*BM*BL-5521", *dates, *IDS,
        "N1*ST*Aurelia Compute Inc, Hall 2*92*AUR-H2", "HL*2*1*O*1", f"PRF*{ORDER}***20240708",
        "HL*3*2*T*1", "MAN*GM*00000381234500000017", "HL*4*3*I*0", f"LIN*1*{HGX_H200}", "SN1*1*20*EA*20*32*EA",
        "HL*5*2*T*1", "MAN*GM*00000381234500000024", "HL*6*5*I*0", f"LIN*1*{HGX_H200}", "SN1*1*12*EA*32*32*EA",
        "CTT*6*32",
    )  # fmt: skip


NOTICE = x12(
    [notice("00", "20241014", "DTM*011*20241014", "DTM*017*20241018")],
    **TO_BUYER, sent=("20241014", "1131"), control=63,
)  # fmt: skip
SECOND_NOTICE = (
    "856", (
        "BSN*00*ASN-31002*20250205*0910*0001", "HL*1**S*1", "DTM*011*20250124", "DTM*035*20250204", *IDS,
        "HL*2*1*O*1", f"PRF*{ORDER}***20240708", "HL*3*2*P*1", "MAN*GM*00000381234500000079", "HL*4*3*I*0",
        f"LIN*2*{H200_NVL}", "SN1*2*384*EA*384*384*EA", "CTT*4*384",
    )
)  # fmt: skip
# Two interchanges one after the other: the first notice once more, now with its day of delivery, and the second one.
LATER_NOTICES = x12(
    [notice("05", "20241019", "DTM*011*20241014", "DTM*035*20241017")],
    **TO_BUYER, sent=("20241019", "0802"), control=71,
) + x12([SECOND_NOTICE], **TO_BUYER, sent=("20250205", "0915"), control=88)  # fmt: skip
PLANS = x12(
    [
        ("830", (
            "BFR*05**R-12*DL*A*20250701*20251231*20250602", *BUYER, SELLER,
            "LIN**MG*HGX B300", "UIT*EA", "FST*16*D*M*20250901", "FST*24*D*M*20251201", "CTT*1*40",
        )),
        ("862", (
            f"BSS*05*S-77*20250602*DL*20250602*20250731***FA-2024-03*{ORDER}*A", *BUYER, SELLER,
            f"LIN*3*{GB200}", "UIT*EA", "FST*2*C*D*20250616", "FST*2*C*D*20250707", "CTT*1*4",
        )),
    ],
    sent=("20250602", "0600"), control=990,
)  # fmt: skip

PARTIES = (
    "NAD+BY+4399902000017::9++Nordlicht Rechenwerke GmbH+Fürther Straße 244+Nürnberg++90429+DE",
    "NAD+SU+4399902000024::9++Meridian Systems", "NAD+DP+4399902000031::9++Rechenzentrum Nürnberg-Süd",
)  # fmt: skip
EDIFACT_ORDER = "NR-2024-0815"
TO_NORDLICHT = {"sender": "MERIDIAN:ZZZ", "receiver": "NORDLICHT:ZZZ"}
B200 = ("PIA+1+MS-B200-8:SA", "IMD+F++:::HGX B200 8-GPU")
NVL = ("PIA+1+H100 NVL 94GB:SA",)

EDIFACT_ORDERS = edifact(
    [("ORDERS", (
        f"BGM+220+{EDIFACT_ORDER}+9", "DTM+137:20240812:102", *PARTIES, "CUX+2:EUR:9",
        "LIN+10++4399902111119:EN", *B200, "QTY+21:16:PCE", "DTM+2:20250214:102", "PRI+AAA:402000",
        "LIN+20++4399902111126:EN", *NVL, "QTY+21:128:PCE", "DTM+2:20241115:102", "PRI+AAA:27400.50",
        "UNS+S", "CNT+2:2",
    ))]
)  # fmt: skip
EDIFACT_ANSWER = edifact(
    [("ORDRSP", (
        "BGM+231+AB-5501+4", "DTM+137:20240819:102", f"RFF+ON:{EDIFACT_ORDER}", "DTM+171:20240812:102", *PARTIES,
        "CUX+2:EUR:9", "LIN+10+3+4399902111119:EN", *B200, "QTY+21:16:PCE", "QTY+113:16:PCE", "DTM+2:20250214:102",
        "DTM+69:20250314:102", "PRI+AAA:402000", "LIN+20+5+4399902111126:EN", *NVL, "QTY+21:128:PCE",
        "DTM+69:20241115:102", "PRI+AAA:27400.50",
        "UNS+S", "CNT+2:2",
    ))],
    **TO_NORDLICHT, sent=("240819", "1010"), reference="812",
)  # fmt: skip
EDIFACT_CHANGE = edifact(
    [("ORDCHG", (
        "BGM+230+AE-77+4", "DTM+137:20241007:102", f"RFF+ON:{EDIFACT_ORDER}", "DTM+171:20240812:102", *PARTIES,
        "CUX+2:EUR:9", "LIN+20+3+4399902111126:EN", *NVL, "QTY+21:96:PCE", "DTM+2:20241115:102", "PRI+AAA:27400.50",
        "UNS+S", "CNT+2:1",
    ))],
    sent=("241007", "0800"), reference="4799",
)  # fmt: skip
EDIFACT_CHANGE_ANSWER = edifact(
    [("ORDRSP", (
        "BGM+231+AB-5502+4", "DTM+137:20241009:102", f"RFF+ON:{EDIFACT_ORDER}", "DTM+171:20240812:102", *PARTIES,
        "CUX+2:EUR:9", "LIN+20+3+4399902111126:EN", *NVL, "QTY+21:96:PCE", "QTY+113:96:PCE", "DTM+69:20241129:102",
        "PRI+AAA:2740050:::100",
        "UNS+S", "CNT+2:1",
    ))],
    **TO_NORDLICHT, sent=("241009", "0930"), reference="851",
)  # fmt: skip


def advice(function: str, day: str, *dates: str) -> tuple[str, tuple[str, ...]]:
    """The despatch advice of line 20, on two pallets."""
    return "DESADV", (
        f"BGM+351+LS-9004+{function}", f"DTM+137:{day}:102", *dates, *PARTIES, "CPS+1", "PAC+2++201", "CPS+2+1",
        "PAC+1++201", "LIN+1++4399902111126:EN", *NVL, "QTY+12:48:PCE", f"RFF+ON:{EDIFACT_ORDER}:20", "CPS+3+1",
        "PAC+1++201", "LIN+2++4399902111126:EN", *NVL, "QTY+12:48:PCE", f"RFF+ON:{EDIFACT_ORDER}:20", "CNT+2:2",
    )  # fmt: skip


EDIFACT_ADVICE = edifact(
    [advice("9", "20241122", "DTM+11:20241122:102", "DTM+17:20241127:102")],
    **TO_NORDLICHT, sent=("241122", "1515"), reference="903",
)  # fmt: skip
EDIFACT_ADVICE_CORRECTED = edifact(
    [advice("5", "20241128", "DTM+11:20241122:102", "DTM+35:202411271030:203")],
    **TO_NORDLICHT, sent=("241128", "0700"), reference="911",
)  # fmt: skip
# As a sender with other marks writes: a comma in numbers, and no new lines.
EDIFACT_PLAN = edifact(
    [("DELFOR", (
        "BGM+241+LAB-31+5", "DTM+137:20250506:102", *PARTIES, "LIN+1++GB300 NVL72:SA", "SCC+1", "QTY+113:1.0:PCE",
        "DTM+64:20251006:102", "DTM+63:20251017:102", "SCC+4++M", "QTY+113:2:PCE", "DTM+2:20251201:102", "UNS+S",
    ))],
    sent=("250506", "0610"), reference="5120", una="UNA:+,? '", newline="",
)  # fmt: skip


def archive() -> bytes:
    """What a mailbox gives at the end of a month: corrected, cut short, and of no use."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (
            ("2024-11/desadv-corrected.edi", EDIFACT_ADVICE_CORRECTED),
            ("2024-11/desadv-cut.edi", EDIFACT_ADVICE[: EDIFACT_ADVICE.index("CPS+3+1")]),
            ("2024-11/readme.md", "Messages of November. Not a supplier's file.\n"),
        ):
            packed.writestr(zipfile.ZipInfo(name, (2024, 12, 1, 0, 0, 0)), text.encode("latin-1"))
    return buffer.getvalue()


FILES: dict[str, bytes] = {
    "aurelia-850-2024-07-08.x12": ORDERS.encode(),
    "castellan-855-2024-07-15.x12": ANSWER.encode(),
    "aurelia-860-2024-09-02.x12": CHANGE.encode(),
    "castellan-865-2024-09-06.x12": CHANGE_ANSWER.encode(),
    "castellan-856-2024-10-14.x12": NOTICE.encode(),
    "castellan-856-cut-short.x12": NOTICE[: NOTICE.index("HL*5*2*T*1") + 60].encode(),
    "castellan-856-2025-02.x12.gz": gzip.compress(LATER_NOTICES.encode(), mtime=0),
    "aurelia-830-862-2025-06-02.x12": PLANS.encode(),
    "nordlicht-orders-2024-08-12.edi": EDIFACT_ORDERS.encode("latin-1"),
    "meridian-ordrsp-2024-08-19.edi": EDIFACT_ANSWER.encode("latin-1"),
    "nordlicht-ordchg-2024-10-07.edi": EDIFACT_CHANGE.encode("latin-1"),
    "meridian-ordrsp-2024-10-09.edi": EDIFACT_CHANGE_ANSWER.encode("latin-1"),
    "meridian-desadv-2024-11-22.edi": EDIFACT_ADVICE.encode("latin-1"),
    "nordlicht-delfor-2025-05-06.edi": EDIFACT_PLAN.encode("latin-1"),
    "meridian-mailbox-2024-11.zip": archive(),
}


def write(folder: Path) -> None:
    """All files of the sample that hold messages."""
    for name, data in FILES.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    write(FOLDER)
