"""The register and the working papers: the association's own columns, strings where they must be, no formula from outside."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.errors import ShenbaoError
from bot.export.material import export_material
from bot.export.register import export_register, register_of_day
from bot.export.workbook import Workbook, number_of, row_height, safe_text
from bot.programme.load import load_programmes
from bot.store.models import Document, Package
from bot.store.store import Store
from tests.staff_data import DAY, Maker
from tests.staff_site import filled_store, make_site

PROGRAMMES = load_programmes()


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        yield store


def sheets(store: Store, programme: str, folder: Path) -> dict[str, Any]:
    path = folder / "register.xlsx"
    export_register(store, PROGRAMMES[programme], path)
    return {sheet.title: sheet for sheet in load_workbook(path).worksheets}


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("programme", ["cmea-2020", "jsaq-2025", "caq-2020"])
def test_the_register_has_the_forms_own_columns(store: Store, tmp_path: Path, programme: str) -> None:
    with store.transaction() as session:
        Maker(session, store).case(
            "accepted", at=DAY, programme=programme, prefix="X", uscc="91320000MA1AAAAA0X", contact_mobile="13800000001"
        )
    head, first = rows(sheets(store, programme, tmp_path)["申报登记表"])
    labels = [spec.label for spec in PROGRAMMES[programme].fields if spec.key != "recommender"]
    assert head == ["编号", "处理结果", "收到时间", "报送渠道", "推荐单位", "发件邮箱", *labels, "问题"]
    assert first[:4] == ["X-0001", "已受理", "2025-06-20 08:30", "企业直报"]
    values = dict(zip([spec.key for spec in PROGRAMMES[programme].fields if spec.key != "recommender"], first[6:]))
    assert values["postcode"] == "210000"
    assert values["contact_mobile"] == "13800000001"


def test_the_register_lists_a_number_given_before_any_application_could_be_read(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store)
        make.case("accepted", at=DAY)
        make.add(
            Package(programme="jsaq-2025", sender_address="a@example.cn", reference="JSAQ2025-0002", opened_at=DAY, decision="incomplete")
        )
        make.count += 1
        make.case("accepted", at=DAY)
    sheet = rows(sheets(store, "jsaq-2025", tmp_path)["申报登记表"])
    assert [row[:2] for row in sheet[1:]] == [["JSAQ2025-0001", "已受理"], ["JSAQ2025-0002", "待补正"], ["JSAQ2025-0003", "已受理"]]


def test_codes_stay_strings_and_counts_are_numbers(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        Maker(session, store).case(
            "accepted", at=DAY, uscc="913200001347648000", postcode="010000", headcount="12", satisfaction_rate="98.5"
        )
    sheet = sheets(store, "jsaq-2025", tmp_path)["申报登记表"]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2])}
    assert (cells["统一社会信用代码"].value, cells["统一社会信用代码"].data_type) == ("913200001347648000", "s")
    assert (cells["邮编"].value, cells["邮编"].number_format) == ("010000", "@")
    assert cells["班组人数"].value == 12
    assert cells["产品/服务满意度（%）"].value == 98.5


@pytest.mark.parametrize("hostile", ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A0"])
def test_no_cell_from_outside_is_a_formula(store: Store, tmp_path: Path, hostile: str) -> None:
    with store.transaction() as session:
        make = Maker(session, store)
        for programme in PROGRAMMES:
            make.case(
                "accepted",
                at=DAY,
                programme=programme,
                prefix=programme.upper(),
                organisation=hostile,
                team=hostile,
                title=hostile,
                contact=hostile,
                recommender=hostile,
                headcount=hostile,
            )
    found = [sheet for programme in PROGRAMMES for sheet in sheets(store, programme, tmp_path).values()]
    cells = [cell for sheet in found for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).endswith(hostile.strip()) for cell in cells), "what came from outside is in no sheet"
    for cell in cells:
        if cell.data_type == "f":  # the scoring sheets' own sums
            assert re.fullmatch(r"""=IF\(COUNT\(E6:E10\)=0,"",SUM\(E6:E10\)\)|=IF\(('\d{3} \w*'!E\d+)="","",\1\)""", cell.value)
        elif isinstance(cell.value, str):
            assert not cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [("南京", "南京"), ("=1", "'=1"), ("-", "'-"), ("a\x00b\x1f", "ab"), ("", ""), ("x" * 40000, "x" * 32766), ("\ud800", "")],
)
def test_texts_as_cells_hold_them(text: str, kept: str) -> None:
    assert safe_text(text) == kept


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 98.5 ", 98.5),
        ("-3", -3),
        ("012", "012"),
        ("1,200", "1,200"),
        ("12人", "12人"),
        ("", ""),
        ("１２", "１２"),
        ("1e5", "1e5"),
        ("9" * 16, "9" * 16),
    ],
)
def test_what_counts_as_a_number(text: str, value: object) -> None:
    assert number_of(text) == value
    assert type(number_of(text)) is type(value)


def test_the_summary_sheet_is_the_associations(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store)
        make.case(
            "accepted",
            at=DAY,
            organisation="南京燃气集团有限公司",
            team="一班",
            title="实施看板管理的经验",
            contact="张伟",
            contact_mobile="13812345678",
        )
        make.case("incomplete", at=DAY)
    table = rows(sheets(store, "jsaq-2025", tmp_path)["申报汇总表"])
    assert table[0][0] == "2025年江苏省质量信得过班组建设典型经验申报汇总表"
    assert table[1][0] == "推荐单位（盖章）："
    assert table[2] == ["序号", "组织名称", "班组名称", "经验名称", "直接联系人", "手机"]
    assert table[3:] == [[1, "南京燃气集团有限公司", "一班", "实施看板管理的经验", "张伟", "13812345678"]]


def test_the_review_summary_is_left_for_the_reviewers(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        Maker(session, store).case("accepted", at=DAY, programme="caq-2020", prefix="CAQ2020", organisation="某公司", team="某班")
    table = rows(sheets(store, "caq-2020", tmp_path)["材料评审汇总表"])
    assert table[2] == ["序号", "企业/班组名称", "材料评价（符合标准程度/特色/不足之处）", "打分/排序", "评委"]
    assert table[3] == [1, "某公司 / 某班", None, None, None]
    assert "填表人" in table[4][0]


def test_scoring_sheets_have_the_notices_criteria_and_points(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store)
        for team in ("一班", "二班/甲", "一班"):
            make.case("accepted", at=DAY, programme="cmea-2020", prefix="CMEA2020", organisation="某市政公司", team=team)
    found = sheets(store, "cmea-2020", tmp_path)
    assert list(found) == ["申报登记表", "001 一班", "002 二班甲", "003 一班", "评分表汇总"]
    table = rows(found["001 一班"])
    assert table[0][0] == "质量信得过班组建设评分表"
    assert table[1][0] == "编号：CMEA2020-0001"
    assert table[4] == ["序号", "评价项目", "评价内容", "分值", "得分", "评语"]
    assert [(row[1], row[3]) for row in table[5:10]] == [
        ("需求确定", "15分"),
        ("建设策划", "25分"),
        ("建设过程", "30分"),
        ("建设成效", "15分"),
        ("特色", "15分"),
    ]
    assert table[5][2].startswith("（1）班组定位明确，并与企业发展需要相适应；\n（2）")
    total = '=IF(COUNT(E6:E10)=0,"",SUM(E6:E10))'
    assert [value or "" for value in table[10][:5]] == ["总分", "", "", "100分", total]
    overview = rows(found["评分表汇总"])
    assert overview[2][4:] == [f"""=IF('001 一班'!E{row}="","",'001 一班'!E{row})""" for row in range(6, 12)]


def test_statistics_by_recommender_have_totals(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        make = Maker(session, store)
        for number, (name, teams, cost) in enumerate([("北京市建筑业联合会", "120", "3.5"), ("青岛市建筑业协会", "30", "约2万")], 1):
            package = make.add(
                Package(
                    programme="cacem-2024",
                    channel="recommender",
                    sender_address=f"{number}@example.cn",
                    recommender=name,
                    reference=f"CACEM2024-{number:04d}",
                    opened_at=DAY,
                    decision="accepted",
                )
            )
            mail = make.mail(at=DAY, subject="材料", sender=f"{number}@example.cn", programme="cacem-2024", package_id=package.id)
            facts = {"statistics": {"teams": teams, "activity_cost": cost, "contact": "李芳"}}
            make.add(
                Document(
                    mail_id=mail.id,
                    package_id=package.id,
                    path=f"{name}.pdf",
                    sha256="0" * 64,
                    size=1,
                    format="pdf",
                    kind="recommendation_bundle",
                    copy_kind="stamped",
                    facts=facts,
                )
            )
    found = sheets(store, "cacem-2024", tmp_path)
    head, *body = rows(found["活动统计汇总"])[1:]
    teams, cost = head.index("本年度开展质量信得过班组活动班组数"), head.index("本年度对质量信得过班组活动投入费用")
    assert [row[1] for row in body] == ["北京市建筑业联合会", "青岛市建筑业协会", "2家"]
    assert [row[teams] for row in body] == [120, 30, 150]
    assert [row[cost] for row in body] == [3.5, "约2万", 3.5]
    register = rows(found["申报登记表"])
    assert register[1][0] == "CACEM2024-0001"
    assert register[1][register[0].index("联系人")] == "李芳"


def test_the_digests_register_has_a_sheet_a_programme(store: Store) -> None:
    with store.reading() as session:
        data = register_of_day(session, [PROGRAMMES["jsaq-2025"], PROGRAMMES["caq-2020"]])
        assert register_of_day(session, []) is None
    assert data is not None
    assert load_workbook(io.BytesIO(data)).sheetnames == [PROGRAMMES[key].title for key in ("jsaq-2025", "caq-2020")]


def test_a_folder_that_is_not_there_is_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ShenbaoError, match=r"can't write .*nowhere"):
        export_register(store, PROGRAMMES["jsaq-2025"], tmp_path / "nowhere" / "x.xlsx")


@pytest.mark.parametrize(
    ("values", "widths", "lines"),
    [
        (["短"], [10], 1),
        (["一二三四五六七八九十"], [11], 2),
        (["甲\n乙\n丙"], [60], 3),
        ([1, "", None], [5, 5, 5], 1),
        (["x" * 40], [11], 4),
    ],
)
def test_a_row_is_as_high_as_its_longest_text(values: list[Any], widths: list[int], lines: int) -> None:
    assert row_height(values, widths) == lines * 16.5 + 3


def test_criteria_show_whole_and_wide_registers_print_on_several_pages(store: Store, tmp_path: Path) -> None:
    with store.transaction() as session:
        Maker(session, store).case("accepted", at=DAY, programme="cmea-2020", prefix="CMEA2020")
    found = sheets(store, "cmea-2020", tmp_path)
    scores = next(sheet for name, sheet in found.items() if name.startswith("001"))
    assert scores.row_dimensions[8].height >= 4 * 16  # the third criterion has four points, some of two lines
    assert (scores.page_setup.fitToWidth, scores.page_setup.fitToHeight) == (1, 1)
    assert found["申报登记表"].page_setup.fitToWidth == 2


def test_sheet_names_are_made_legal_and_unique() -> None:
    book = Workbook()
    for name in ("a/b", "A b", "长" * 40, "长" * 40, "'q'", ""):
        book.sheet(name, ["x"], [])
    names = load_workbook(io.BytesIO(book.data())).sheetnames
    assert names == ["a b", "A b~2", "长" * 31, "长" * 29 + "~2", "q", "表"]


def test_accepted_material_lies_in_tidy_folders(tmp_path: Path) -> None:
    out = io.BytesIO()
    with filled_store() as store:
        site = make_site(store, tmp_path)
        with store.transaction() as session:
            make = Maker(session, store, seed=3)
            make.count = 500
            make.case("accepted", at=DAY - timedelta(days=1), organisation="../../etc/passwd", team='a<b>:"|?*')
        count = export_material(store, site.files, PROGRAMMES["jsaq-2025"], out)
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert count == 32
    assert "清单.xlsx" in names
    assert any(name.endswith("/申报表（电子版）.docx") for name in names)
    assert all(".." not in name.split("/") and not name.startswith("/") for name in names)
    assert len({name.split("/")[0] for name in names}) == 17
    assert not any(character in name for name in names for character in '<>:"|?*\\')
