"""Cases of the rules that look at files: there, readable, packed, named, sealed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from parsers.values import CloudLink, Reason, Refusal
from tests.unit.rules.build import ASSOCIATION, LISTED, ORGANISATION, Case, document, having, mail, plus, refused, sealed, without

LINK = CloudLink("https://mail.qq.com/x", "tencent", "申报材料.zip", "86.2M", datetime(2025, 7, 10, 2, 20, tzinfo=ZoneInfo("UTC")))
LOCKED = document("申报材料.zip", "other", format="zip", refusal=Refusal(Reason.ENCRYPTED))
NO_SEAL = sealed()
UNSURE = sealed(certain=False)
PICTURES = ("pictures-only: 1",)
NOTHING = mail(applications=(), documents=())
PARTS = (
    document("推荐函.pdf", "recommendation_letter", "stamped"),
    document("统计表.pdf", "statistics_form", "stamped"),
    document("获奖名单.pdf", "award_notice", "stamped"),
)

MISSING = [
    Case("missing-document", "no experience", "jsaq", (without("experience"),), (("missing-document", "experience"),)),
    Case(
        "missing-document",
        "no stamped form",
        "jsaq",
        (without("application_form", "stamped"),),
        (("missing-document", "application_form"),),
    ),
    Case(
        "missing-document", "no Word form", "jsaq", (without("application_form", "editable"),), (("missing-document", "application_form"),)
    ),
    Case("missing-document", "no summary sheet", "jsaq", (without("summary_sheet"),), (("missing-document", "summary_sheet"),)),
    Case(
        "missing-document",
        "an experience in PDF is none in Word",
        "jsaq",
        (having("experience", format="pdf", path="典型经验.pdf"),),
        (("missing-document", "experience"),),
    ),
    Case(
        "missing-document",
        "an experience taken for a stamped copy is none in Word",
        "jsaq",
        (without("experience"), plus(document("典型经验.pdf", "experience", "stamped"), "application")),
        (("missing-document", "experience"),),
    ),
    Case(
        "missing-document",
        "an association's own",
        "jsaq-bundle",
        (without("work_summary"), without("statistics_form", "stamped")),
        (("missing-document", "work_summary"), ("missing-document", "statistics_form")),
    ),
    Case("missing-document", "no slides", "cmea", (without("slides"),), (("missing-document", "slides"),)),
    Case(
        "missing-document",
        "no recommendation form",
        "caq",
        (without("recommendation_form"),),
        (("missing-document", "recommendation_form"),),
    ),
    Case("missing-document", "nothing at all: one finding", "jsaq", (NOTHING,), (("missing-document", "application_form"),)),
    Case("missing-document", "nothing at all, one PDF asked", "cacem", (NOTHING,), (("missing-document", "recommendation_bundle"),)),
    Case(
        "missing-document",
        "package documents without an application",
        "jsaq",
        (mail(applications=()),),
        (("missing-document", "application_form"),),
    ),
    Case(
        "missing-document",
        "a part of the combined PDF",
        "cacem",
        (having("recommendation_bundle", parts=("recommendation_letter", "statistics_form")),),
        (("missing-document", "award_notice"),),
    ),
    Case(
        "missing-document",
        "a part among separate files",
        "cacem",
        (mail(documents=PARTS[:2]),),
        (("missing-document", "award_notice"),),
    ),
    Case("missing-document", "separate files are packing-rule's", "cacem", (mail(documents=PARTS),)),
    Case("missing-document", "no part made out is for staff", "cacem", (having("recommendation_bundle", parts=()),)),
    Case(
        "missing-document",
        "a picture of the form in the Word file",
        "jsaq",
        (having("application_form", "editable", fields={}, characters=0, notes=PICTURES),),
        (("missing-document", "application_form"),),
    ),
    Case(
        "missing-document",
        "pictures of the experience in the Word file",
        "jsaq",
        (having("experience", fields={}, sections=(), title="", characters=0, notes=PICTURES),),
        (("missing-document", "experience"),),
    ),
    Case("missing-document", "pictures in Word where either copy will do", "caq", (having("recommendation_form", notes=PICTURES),)),
    Case(
        "missing-document",
        "the form as pictures beside the form as text",
        "jsaq",
        (plus(document("申报表图片.docx", "application_form", notes=PICTURES), "application"),),
    ),
    Case("missing-document", "an unread form is not missing", "jsaq", (refused("application_form", Reason.UNREADABLE, "editable"),)),
    Case("missing-document", "an unsafe scan is not missing", "jsaq", (refused("application_form", Reason.UNSAFE, "stamped"),)),
    Case("missing-document", "an unconverted experience is not missing", "jsaq", (refused("experience", Reason.NO_CONVERTER),)),
    Case("missing-document", "an archive with a password may hold it", "jsaq", (NOTHING, plus(LOCKED, "unassigned"))),
    Case("missing-document", "an archive with a password may hold the rest", "jsaq", (without("experience"), plus(LOCKED, "unassigned"))),
    Case(
        "missing-document",
        "a program holds nothing",
        "jsaq",
        (without("experience"), plus(document("a.exe", "other", refusal=Refusal(Reason.UNSAFE)), "unassigned")),
        (("missing-document", "experience"),),
    ),
    Case(
        "missing-document",
        "a file of no known team",
        "jsaq",
        (without("experience"), plus(document("典型经验.docx", "experience"), "unassigned")),
        (("missing-document", "experience"),),
    ),
    Case(
        "missing-document",
        "who sends can't be told, but only one may",
        "cacem",
        (mail(channel=None, documents=()),),
        (("missing-document", "recommendation_bundle"),),
    ),
    Case("missing-document", "only a link: linked-attachment's", "jsaq", (NOTHING, mail(links=(LINK,)))),
    Case("missing-document", "another channel's matter", "caq", (mail(channel="enterprise"), without("recommendation_form"))),
    Case("missing-document", "an old Word format will do", "jsaq", (having("experience", format="wps"),)),
]

FILES = [
    Case("unreadable-document", "empty", "jsaq", (refused("experience", Reason.EMPTY),), (("unreadable-document", "experience"),)),
    Case(
        "unreadable-document",
        "cut off",
        "jsaq",
        (refused("summary_sheet", Reason.UNREADABLE),),
        (("unreadable-document", "summary_sheet"),),
    ),
    Case(
        "unreadable-document",
        "a broken archive",
        "jsaq",
        (plus(document("材料.zip", "other", refusal=Refusal(Reason.UNREADABLE)), "unassigned"),),
        (("unreadable-document", "other"),),
    ),
    Case("unreadable-document", "too large", "jsaq", (refused("experience", Reason.TOO_LARGE),), (("unreadable-document", "experience"),)),
    Case(
        "unreadable-document",
        "Microsoft Works",
        "jsaq",
        (refused("experience", Reason.UNSUPPORTED),),
        (("unreadable-document", "experience"),),
    ),
    Case(
        "unreadable-document",
        "a film is let be",
        "jsaq",
        (plus(document("活动.mp4", "other", refusal=Refusal(Reason.UNSUPPORTED)), "unassigned"),),
    ),
    Case(
        "unreadable-document",
        "an unknown format where material is missing",
        "jsaq",
        (without("experience"), plus(document("经验.pages", "other", refusal=Refusal(Reason.UNSUPPORTED)), "unassigned")),
        (("unreadable-document", "other"),),
    ),
    Case(
        "unreadable-document",
        "a lock file is let be",
        "jsaq",
        (plus(document("材料/~$申报表.docx", "application_form", refusal=Refusal(Reason.UNREADABLE)), "unassigned"),),
    ),
    Case("unreadable-document", "a password is another matter", "jsaq", (refused("experience", Reason.ENCRYPTED),)),
    Case(
        "encrypted-document",
        "a form with a password",
        "jsaq",
        (refused("experience", Reason.ENCRYPTED),),
        (("encrypted-document", "experience"),),
    ),
    Case("encrypted-document", "an archive with one", "jsaq", (plus(LOCKED, "unassigned"),), (("encrypted-document", "other"),)),
    Case("encrypted-document", "damaged is another matter", "jsaq", (refused("experience", Reason.UNREADABLE),)),
    Case(
        "unsafe-document",
        "macros",
        "jsaq",
        (refused("application_form", Reason.UNSAFE, "editable"),),
        (("unsafe-document", "application_form"),),
    ),
    Case("unsafe-document", "a salvage note is harmless", "jsaq", (having("experience", notes=("charset-guessed: gbk",)),)),
    Case(
        "unconverted-document",
        "no LibreOffice",
        "jsaq",
        (refused("experience", Reason.NO_CONVERTER),),
        (("unconverted-document", "experience"),),
    ),
    Case("unconverted-document", "a parser died", "jsaq", (refused("experience", Reason.CRASHED),), (("unread-document", "experience"),)),
    Case(
        "unconverted-document",
        "no part of the combined PDF made out",
        "cacem",
        (having("recommendation_bundle", parts=()),),
        (("unconverted-document", "recommendation_bundle"),),
    ),
    Case("unconverted-document", "damaged is the submitter's", "jsaq", (refused("experience", Reason.UNREADABLE),)),
    Case("linked-attachment", "only a link", "jsaq", (NOTHING, mail(links=(LINK,))), (("linked-attachment", None),)),
    Case(
        "linked-attachment",
        "a link for the experience",
        "jsaq",
        (without("experience"), mail(links=(LINK,))),
        (("linked-attachment", None),),
    ),
    Case("linked-attachment", "a link beside complete material", "jsaq", (mail(links=(LINK,)),)),
]

PACKING = [
    Case("packing-rule", "7z", "jsaq", (mail(archives=(("材料.7z", "7z"),)),), (("packing-rule", None),)),
    Case("packing-rule", "loose files", "jsaq", (mail(loose=True, archives=()),), (("packing-rule", None),)),
    Case("packing-rule", "rar", "jsaq", (mail(archives=(("材料.rar", "rar"),)),)),
    Case("packing-rule", "a 7z inside a zip", "jsaq", (mail(archives=(("材料.zip", "zip"), ("材料.zip/一.7z", "7z"))),)),
    Case("packing-rule", "a supplement comes loose", "jsaq", (mail(loose=True, opened_at=datetime(2025, 6, 1, tzinfo=ZoneInfo("UTC"))),)),
    Case("packing-rule", "not merged", "cacem", (mail(documents=PARTS),), (("packing-rule", "recommendation_bundle"),)),
    Case(
        "packing-rule",
        "partly merged",
        "cacem",
        (having("recommendation_bundle", parts=("recommendation_letter", "award_notice")), plus(PARTS[1])),
        (("packing-rule", "recommendation_bundle"),),
    ),
    Case("packing-rule", "a part again beside the whole", "cacem", (plus(document("统计表.docx", "statistics_form")),)),
    Case("packing-rule", "municipal files may be loose", "cmea", ()),
    Case(
        "file-name-rule",
        "another name",
        "cacem",
        (having("recommendation_bundle", path="推荐材料.pdf"),),
        (("file-name-rule", "recommendation_bundle"),),
    ),
    Case(
        "file-name-rule",
        "more than the name",
        "cacem",
        (having("recommendation_bundle", path=f"{LISTED}推荐材料.pdf"),),
        (("file-name-rule", "recommendation_bundle"),),
    ),
    Case("file-name-rule", "a number and a date", "cacem", (having("recommendation_bundle", path=f"21.{LISTED}20240513.pdf"),)),
    Case(
        "file-name-rule",
        "another unit's name",
        "cacem",
        (having("recommendation_bundle", path="北京市建筑业联合会.pdf"),),
        (("file-name-rule", "recommendation_bundle"),),
    ),
    Case(
        "file-name-rule", "a copy's number, in an archive", "cacem", (having("recommendation_bundle", path=f"材料.zip/{LISTED} (1).pdf"),)
    ),
    Case("file-name-rule", "the unit is misread", "cacem", (mail(recommender="上海币市政公路行业协会"),)),
    Case("file-name-rule", "the unit can't be told, the name is listed", "cacem", (mail(recommender=""),)),
]

SEALS = [
    Case("seal-missing", "none", "jsaq", (having("application_form", "stamped", seal=NO_SEAL),), (("seal-missing", "application_form"),)),
    Case(
        "seal-missing",
        "perhaps none",
        "jsaq",
        (having("application_form", "stamped", seal=UNSURE),),
        (("seal-uncertain", "application_form"),),
    ),
    Case(
        "seal-missing",
        "none on a package document",
        "jsaq-bundle",
        (having("summary_sheet", "stamped", seal=NO_SEAL),),
        (("seal-missing", "summary_sheet"),),
    ),
    Case(
        "seal-missing",
        "none on the combined PDF",
        "cacem",
        (having("recommendation_bundle", seal=NO_SEAL),),
        (("seal-missing", "recommendation_bundle"),),
    ),
    Case(
        "seal-missing",
        "the association's is missing",
        "cmea-bundle",
        (having("application_form", "stamped", seal=sealed(ORGANISATION)),),
        (("seal-missing", "application_form"),),
    ),
    Case(
        "seal-missing",
        "one of two, unread",
        "cmea-bundle",
        (having("application_form", "stamped", seal=sealed("", confidence=0.0)),),
        (("seal-missing", "application_form"),),
    ),
    Case(
        "seal-missing",
        "one of two, unsure",
        "cmea-bundle",
        (having("application_form", "stamped", seal=sealed(ORGANISATION, certain=False)),),
        (("seal-uncertain", "application_form"),),
    ),
    Case(
        "seal-missing",
        "on the second photograph",
        "jsaq",
        (
            having("application_form", "stamped", seal=NO_SEAL),
            plus(document("第2页.jpg", "application_form", "stamped", seal=sealed(ORGANISATION)), "application"),
        ),
    ),
    Case(
        "seal-missing",
        "one paper of the combined PDF",
        "cacem",
        (having("recommendation_bundle", part_seals={"recommendation_letter": sealed(LISTED), "statistics_form": NO_SEAL}),),
        (("seal-missing", "statistics_form"),),
    ),
    Case(
        "seal-missing",
        "the notice in the combined PDF may be a plain copy",
        "cacem",
        (having("recommendation_bundle", part_seals={"recommendation_letter": sealed(LISTED), "award_notice": NO_SEAL}),),
    ),
    Case("seal-missing", "an enterprise needs one", "cmea", ()),
    Case("seal-missing", "not looked for", "jsaq", (having("application_form", "stamped", seal=None),)),
    Case(
        "seal-mismatch",
        "another organisation's",
        "jsaq",
        (having("application_form", "stamped", seal=sealed("徐州金桥港务股份有限公司")),),
        (("seal-mismatch", "application_form"),),
    ),
    Case(
        "seal-mismatch",
        "another city's of the same trade",
        "jsaq",
        (having("application_form", "stamped", seal=sealed("盐城恒通燃气集团有限公司")),),
        (("seal-mismatch", "application_form"),),
    ),
    Case("seal-mismatch", "a part of the ring", "jsaq", (having("application_form", "stamped", seal=sealed("淮安燃气集团有")),)),
    Case(
        "seal-mismatch",
        "another association's",
        "jsaq-bundle",
        (having("summary_sheet", "stamped", seal=sealed("扬州市企业联合会")),),
        (("seal-mismatch", "summary_sheet"),),
    ),
    Case(
        "seal-mismatch",
        "not read with confidence",
        "jsaq",
        (having("application_form", "stamped", seal=sealed("徐州金桥港务股份有限公司", confidence=0.5)),),
    ),
    Case("seal-mismatch", "a department's", "jsaq", (having("application_form", "stamped", seal=sealed(f"{ORGANISATION}质量管理部")),)),
    Case(
        "seal-mismatch",
        "the ring read from its middle",
        "jsaq",
        (having("application_form", "stamped", seal=sealed("有限公司淮安燃气集团3208000012345")),),
    ),
    Case(
        "seal-mismatch",
        "the association's beside it",
        "jsaq",
        (having("application_form", "stamped", seal=sealed(ASSOCIATION, ORGANISATION)),),
    ),
    Case(
        "seal-mismatch",
        "two, one of them unread",
        "cmea-bundle",
        (having("application_form", "stamped", seal=sealed(ORGANISATION, "口口口")),),
    ),
    Case(
        "seal-mismatch", "a few characters misread", "jsaq", (having("application_form", "stamped", seal=sealed("准安然气集团有限公司")),)
    ),
]

CASES = [*MISSING, *FILES, *PACKING, *SEALS]
