"""Recommending units against a notice's list, and file names against a unit."""

from __future__ import annotations

import pytest

from bot.programme.load import load_programmes
from bot.rules.units import find_listed, names_unit

LISTED = load_programmes()["cacem-2024"].recommenders


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("广西壮族自治区建筑业联合会", "广西建筑业联合会"),
        ("新疆建筑业协会", "新疆维吾尔自治区建筑业协会"),
        ("内蒙古建筑业协会", "内蒙古自治区建筑业协会"),
        ("深圳市建筑业协会", "深圳建筑业协会"),
        ("江苏省建筑业协会", "江苏省建筑行业协会"),
        ("中国冶金建设协会", "中国冶金建设协会质量管理专业委员会"),
        ("中国建筑股份有限公司科技与设计管理部", "中国建筑股份有限公司"),
        ("中国石油工程建设协会质量工作委员会", "中国石油工程建设协会"),
        ("吉林市建筑业协会", None),
        ("湖北省建筑业协会", None),
        ("四川省建筑业协会", None),
        ("中国建筑业协会", None),
        ("中国建筑股份有限公司江苏分公司", None),
        ("宁夏建筑业联合会", None),
        ("", None),
    ],
)
def test_a_written_name_and_the_list(written: str, listed: str | None) -> None:
    assert find_listed(written, LISTED) == listed


UNIT = "湖南省建筑业协会"


@pytest.mark.parametrize(
    ("stem", "right"),
    [
        (UNIT, True),
        (f"43.{UNIT}", True),
        (f"{UNIT}20240513", True),
        (f"{UNIT}（盖章扫描件）-2024年5月", True),
        (f"{UNIT}（2份（扫描））", True),
        (f"{UNIT}（扫描）（2）", True),
        (f"{UNIT}2024年质量信得过班组", False),
        (f"推荐单位名称：{UNIT}", False),
        ("湖南建筑业协会（终稿）", False),
        ("推荐材料", False),
        ("湖南", False),
        ("河南省建筑业协会", False),
        (f"{UNIT}与长沙市建筑业协会", False),
        ("2024年工程建设质量信得过班组推荐材料", False),
    ],
)
def test_a_file_named_after_the_unit(stem: str, right: bool) -> None:
    assert names_unit(stem, UNIT) is right
