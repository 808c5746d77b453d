"""Filled application forms drawn as a word processor lays them out: any resolution, typeface and row height."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

PAGE_MM = (210.0, 297.0)

FACES = {
    "song": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    "hei": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    "kai": ("/usr/share/fonts/truetype/arphic/ukai.ttc", 0),
    "ming": ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    "micro": ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    "zenhei": ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
}


@lru_cache(maxsize=64)
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """A typeface in pixels. All are wanted everywhere: which one a case is drawn in must not go with the machine."""
    path, index = FACES[face]
    if not Path(path).exists():
        pytest.skip(f"the typeface {Path(path).name} is not installed")
    return ImageFont.truetype(path, size, index=index)


SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
    "石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷段龙黎史陶贺毛郝顾龚邵万钱严武戴莫孔向汤"
)
GIVEN = [
    "建国",
    "志强",
    "伟",
    "芳",
    "秀英",
    "敏",
    "静",
    "丽娟",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "涛",
    "明辉",
    "超",
    "霞",
    "晓燕",
    "振华",
    "文博",
    "海燕",
    "国庆",
    "欣怡",
    "春花",
    "俊杰",
    "宏斌",
    "佳",
    "鑫",
]
CITIES = {
    "南京": "210000",
    "苏州": "215000",
    "无锡": "214000",
    "常州": "213000",
    "南通": "226000",
    "扬州": "225000",
    "徐州": "221000",
    "泰州": "225300",
    "镇江": "212000",
    "盐城": "224000",
    "淮安": "223000",
    "连云港": "222000",
    "宿迁": "223800",
    "武汉": "430000",
    "长沙": "410000",
    "合肥": "230000",
    "济南": "250000",
    "成都": "610000",
}
AREA_CODES = ["025", "0512", "0510", "0519", "0513", "0514", "0516", "0523", "0511", "0515", "0517", "027", "0731"]
NAMES = ["鼎盛", "恒通", "瑞安", "华宁", "金桥", "东方", "新城", "中天", "宏达", "永固", "长江", "振华", "安捷", "苏美", "远大", "光明"]
TRADES = [
    "路桥工程",
    "建筑安装",
    "电子科技",
    "汽车零部件",
    "燃气",
    "热力",
    "水务",
    "城市照明",
    "港务",
    "环境科技",
    "地铁运营",
    "化工",
    "精密机械",
    "供电",
    "市政工程",
    "排水管理",
]
FORMS = ["有限公司", "股份有限公司", "集团有限公司", "有限责任公司", "（集团）有限公司"]
TEAMS = [
    "第一检定班",
    "机电调度室",
    "第二泵站运行组",
    "东区化验班",
    "钢筋加工工段",
    "路面养护组",
    "设备保全室",
    "第二测量室",
    "焊接一班",
    "维修电工组",
    "盾构三班",
    "客户服务组",
    "注塑二工段",
    "管网巡线班",
]
METHODS = ["六西格玛", "价值流图", "防错法", "可视化管理", "全员生产维护", "QFD方法", "过程能力指数", "5S管理", "精益生产", "PDCA循环"]
RESULTS = ["减少投诉", "提高测量精度", "缩短抢修响应时间", "提升焊缝一次合格率", "提高顾客满意度", "降低管网漏损率", "提高设备完好率"]
STREETS = ["解放", "人民", "中山", "长江", "建设", "和平", "文化", "新华", "迎宾", "科技"]
INDUSTRIES = [
    "制造业",
    "建筑业",
    "电力、热力、燃气及水生产和供应业",
    "交通运输、仓储和邮政业",
    "水利、环境和公共设施管理业",
    "信息传输、软件和信息技术服务业",
]
GROUPS = ["中国建筑集团有限公司", "中国交通建设集团有限公司", "国家电网有限公司", "中国石油化工集团有限公司", "中国中车集团有限公司"]


def organisation(rng: random.Random) -> str:
    return rng.choice(list(CITIES)) + rng.choice(["", "", "市"]) + rng.choice(NAMES) + rng.choice(TRADES) + rng.choice(FORMS)


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def mobile(rng: random.Random) -> str:
    return rng.choice(["138", "139", "150", "159", "177", "186", "188", "199"]) + "".join(rng.choice("0123456789") for _ in range(8))


def fields_of(kind: str, rng: random.Random) -> dict[str, str]:
    """The fields of a filled form of the kind "jiangsu" or "municipal", by the contract's keys."""
    city = rng.choice(list(CITIES))
    name = organisation(rng)
    common = {
        "organisation": name,
        "team": rng.choice(TEAMS),
        "address": f"{city}市{rng.choice(STREETS)}{rng.choice(['路', '街', '大道'])}{rng.randint(1, 888)}号",
        "postcode": CITIES[city][:3] + f"{rng.randint(0, 199):03d}",
        "contact": person(rng),
        "contact_mobile": mobile(rng),
        "leader": person(rng),
        "headcount": str(rng.randint(5, 60)),
    }
    if kind == "municipal":
        return common | {
            "qualification": rng.choice(
                ["市政公用工程施工总承包壹级", "市政公用工程施工总承包特级", "城市及道路照明工程专业承包一级", "桥梁工程专业承包贰级"]
            ),
            "contact_email": rng.choice(["zhiliang", "qc", "office", "b"])
            + str(rng.randint(10, 999999))
            + rng.choice(["@qq.com", "@163.com", "@126.com"]),
            "leader_mobile": mobile(rng),
        }
    central = rng.random() < 0.4
    return common | {
        "title": rng.choice(["实施", "运用", "推行"])
        + rng.choice(METHODS)
        + rng.choice(RESULTS)
        + "的"
        + rng.choice(["经验", "实践", "探索"]),
        "uscc": "91"
        + "".join(rng.choice("0123456789") for _ in range(6))
        + "".join(rng.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(10)),
        "organisation_type": rng.choice(["民营企业", "国有企业", "外商投资企业", "合资企业"]),
        "industry": rng.choice(INDUSTRIES),
        "organisation_size": rng.choice(["大型", "中型", "小型"]),
        "is_central_soe": "是" if central else "否",
        "central_soe_group": rng.choice(GROUPS) if central else "",
        "department": rng.choice(["质量管理部", "生产技术部", "安全质量部", "工会"]),
        "telephone": f"{rng.choice(AREA_CODES)}-{rng.randint(52000000, 88999999)}",
        "satisfaction_rate": f"{rng.uniform(90, 100):.1f}",
        "pass_rate": f"{rng.uniform(95, 100):.2f}",
        "assessment_pass_rate": rng.choice(["100", "99.5", "98"]),
        "improvement_participation_rate": str(rng.randint(70, 100)),
        "quality_cost": f"{rng.uniform(3, 80):.1f}",
        "training_attendance": str(rng.randint(20, 999)),
        "complaints": rng.choice(["0", "0", "1"]),
        "accidents": "0",
    }


# A row is a list of (label, key, share of the width for the label, for the value).
Row = list[tuple[str, str, float, float]]
JIANGSU: list[Row] = [
    [("组织名称", "organisation", 2, 4)],
    [("班组名称", "team", 2, 4)],
    [("经验名称", "title", 2, 4)],
    [("统一社会信用代码", "uscc", 1, 2), ("组织类型", "organisation_type", 1, 2)],
    [("所属行业", "industry", 1, 2), ("组织规模", "organisation_size", 1, 2)],
    [("是否属于央企", "is_central_soe", 1, 2), ("所属央企集团全称", "central_soe_group", 1, 2)],
    [("详细通讯地址", "address", 1, 2), ("邮　编", "postcode", 1, 2)],
    [("主管部门", "department", 1, 1), ("直接联系人", "contact", 1, 1), ("手　机", "contact_mobile", 1, 1)],
    [("座　机", "telephone", 1, 1), ("班组长姓名", "leader", 1, 1), ("班组人数", "headcount", 1, 1)],
    [("产品/服务满意度（%）", "satisfaction_rate", 1, 2), ("产品/服务合格率（%）", "pass_rate", 1, 2)],
    [
        ("质量考核合格率（%）", "assessment_pass_rate", 1, 1),
        ("质量改进活动参与率（%）", "improvement_participation_rate", 1, 1),
        ("质量成本（万元/年）", "quality_cost", 1, 1),
    ],
    [
        ("培训参与人数（人次）", "training_attendance", 1, 1),
        ("顾客投诉数（个）", "complaints", 1, 1),
        ("质量、安全事故数（个）", "accidents", 1, 1),
    ],
]
MUNICIPAL: list[Row] = [
    [("质量信得过班组名称", "team", 2, 4)],
    [("企业名称", "organisation", 2, 4)],
    [("企业市政工程相关资质", "qualification", 2, 4)],
    [("通讯地址", "address", 1, 2), ("邮编", "postcode", 1, 2)],
    [("直接联系人", "contact", 1, 1), ("手机", "contact_mobile", 1, 1), ("联系邮箱", "contact_email", 1, 1)],
    [("班组长", "leader", 1, 1), ("手机", "leader_mobile", 1, 1), ("班组人数", "headcount", 1, 1)],
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A form's page, what stands on it by key, and where its seal is wanted (mm)."""

    page: Image.Image
    fields: dict[str, str]
    seal_at: tuple[float, float]


def draw_form(
    kind: str,
    fields: dict[str, str],
    *,
    dpi: int = 200,
    face: str = "song",
    points: float = 12.0,
    row_mm: float = 0.0,
    margin_mm: float = 28.0,
) -> Drawn:
    """The form on A4. `row_mm` is the least height of a row: 0 for rows as low as their text (4.6 mm at 12 points)."""
    scale = dpi / 25.4
    page = Image.new("RGB", (round(PAGE_MM[0] * scale), round(PAGE_MM[1] * scale)), "white")
    pen = ImageDraw.Draw(page)
    size = round(points / 72 * dpi)
    letters, heading = font(face, size), font(face, round(size * 1.15))
    line = round(size * 1.09)
    thick = max(1, round(0.18 * scale))
    left, right = round(margin_mm * scale), page.width - round(margin_mm * scale)
    y = round(24 * scale)
    title = "2025年江苏省质量信得过班组建设典型经验申报表" if kind == "jiangsu" else "全国市政工程质量信得过班组建设成果申报表"
    pen.text((left, y), "附件2", "black", font=letters)
    y += 2 * line
    pen.text(((page.width - heading.getlength(title)) / 2, y), title, "black", font=heading)
    y += 2 * line
    pen.text(
        (left, y),
        "推荐地市、行业质协（盖章）" if kind == "jiangsu" else "推荐协会（可选项）：        申报年度：2020",
        "black",
        font=letters,
    )
    y += 2 * line
    pad = round(1.4 * scale)
    for row in JIANGSU if kind == "jiangsu" else MUNICIPAL:
        total = sum(a + b for _, _, a, b in row)
        texts, widths = [], []
        for label, key, a, b in row:
            texts += [label, fields.get(key, "")]
            widths += [a, b]
        edges = [left]
        for width in widths:
            edges.append(edges[-1] + round((right - left) * width / total))
        edges[-1] = right
        wrapped = [_wrap(text, letters, e2 - e1 - 2 * pad) for text, e1, e2 in zip(texts, edges, edges[1:])]
        lines = max(1, max(len(part) for part in wrapped))
        height = max(round(row_mm * scale), lines * line + thick)
        for part, e1, e2 in zip(wrapped, edges, edges[1:]):
            pen.rectangle((e1, y, e2, y + height), outline="black", width=thick)
            top = y + (height - len(part) * line) / 2 if row_mm else y + thick * 0.5
            for index, text in enumerate(part):
                pen.text((e1 + pad, top + index * line + line / 2), text, "black", font=letters, anchor="lm")
        y += height
    pen.text((left, y + line), "注：填写内容简明扼要，准确无误。", "black", font=letters)
    return Drawn(page, {key: value for key, value in fields.items() if value}, (130.0, min(y / scale - 25, 120.0)))


def _wrap(text: str, letters: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines as a word processor breaks them: between Chinese characters, within a run of letters only where it must."""
    lines, current = [], ""
    index = 0
    while index < len(text):
        end = index + 1
        if text[index].isascii() and not text[index].isspace():
            while end < len(text) and text[end].isascii() and text[end] not in " -":
                end += 1
        word = text[index:end]
        if current and letters.getlength(current + word) > width:
            lines.append(current)
            current = ""
        while letters.getlength(word) > width:
            fit = max(1, next((n for n in range(len(word), 0, -1) if letters.getlength(word[:n]) <= width), 1))
            lines.append(word[:fit])
            word = word[fit:]
        current += word
        index = end
    return [*lines, current] if current or not lines else lines
