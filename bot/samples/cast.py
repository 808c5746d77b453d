"""People, organisations, teams, numbers and prose, drawn from a seeded generator."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

JIANGSU = (
    ("南京", "210", "025"),
    ("无锡", "214", "0510"),
    ("徐州", "221", "0516"),
    ("苏州", "215", "0512"),
    ("南通", "226", "0513"),
    ("扬州", "225", "0514"),
    ("镇江", "212", "0511"),
    ("盐城", "224", "0515"),
)
ELSEWHERE = (
    ("浙江省", "宁波", "315", "0574"),
    ("湖南省", "长沙", "410", "0731"),
    ("广东省", "佛山", "528", "0757"),
    ("河北省", "石家庄", "050", "0311"),
    ("陕西省", "宝鸡", "721", "0917"),
    ("福建省", "厦门", "361", "0592"),
)
_BRANDS = ("中坚", "华诚", "振源", "宏信", "天润", "博泰", "新远", "江海", "嘉业", "恒信", "立诚", "长青")
_TRADES = ("轨道交通", "水务", "市政工程", "自来水", "环保科技", "精密铸造", "输变电设备", "纺织印染", "道路养护", "化工", "仪表", "物流")
_FORMS = ("有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "（集团）有限公司")
_TEAM_AREA = ("动力车间", "二号线", "北区", "总装", "西厂", "中心站", "一分厂", "南站")
_TEAM_TASK = ("焊装", "电气维修", "水质检测", "客户服务", "泵站运行", "线路检修", "包装", "计量", "冷轧", "信号")
TEAM_ENDINGS = ("班", "组", "工段", "室")
_SURNAMES = "赵钱孙李周吴郑王冯陈沈韩杨朱秦许何吕张曹严华金魏陶姜"
_GIVEN = ("建国", "丽萍", "志远", "晓东", "海燕", "明", "静", "国栋", "文婷", "小龙", "雅琴", "磊", "佳怡", "立新", "春梅", "浩然")
_STREETS = ("胜利路", "新华路", "文昌路", "科技大道", "滨江大道", "迎宾路", "和平路", "工业园路")
INDUSTRIES = ("制造业", "建筑业", "交通运输、仓储和邮政业", "水利、环境和公共设施管理业", "信息传输、软件和信息技术服务业")
ORGANISATION_TYPES = ("国有企业", "民营企业", "外商投资企业", "事业单位")
SIZES = ("大型", "中型", "小型", "微型")
GROUPS = ("中国中车集团有限公司", "中国宝武钢铁集团有限公司", "中国华能集团有限公司", "中国建材集团有限公司")
_METHODS = ("质量功能展开", "防呆装置", "统计过程控制", "目视化看板", "5S管理", "六西格玛方法", "标准化作业", "失效模式分析")
_AIMS = ("降低返工率", "缩短停电时间", "提高交验合格率", "减少客户投诉", "稳定出水水质", "提升检修效率", "压缩换型时间")
TITLE_BEGIN = ("实施", "运用", "推行")
TITLE_END = ("经验", "实践", "探索")
_SENTENCES = (
    "班前十分钟由班长讲评前一日的质量记录，提出当日的控制重点。",
    "我们把顾客的要求逐条写成看得懂、做得到的作业标准。",
    "全班十六名成员都持有两个以上岗位的操作证书。",
    "通过走访下道工序，班组收集到二十三条改进建议，采纳了十九条。",
    "改进之后，返工率由百分之三点二降到百分之零点八。",
    "每一台设备都有专人点检，点检结果当日录入系统。",
    "我们用排列图找出主要缺陷，再用因果图逐一验证末端原因。",
    "新员工由师傅带满三个月，考核合格后方可独立上岗。",
    "关键工序设立质量控制点，首件必检，过程抽检，末件留样。",
    "班组每季度组织一次应急演练，全年未发生安全和环保事件。",
    "顾客满意度调查由第三方完成，得分连续三年提高。",
    "我们同上下游班组签订互保协议，问题当班提出，当班解决。",
    "这一做法已在公司内七个班组推广，全年节约费用三十余万元。",
    "质量例会每周一次，未完成的措施由班长跟踪到底。",
    "班组把典型缺陷做成样件，放在工位旁边供大家对照。",
    "对标行业先进班组后，我们把差距最大的三项列入年度计划。",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a telephone."""

    name: str
    mobile: str
    email: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An enterprise, where it is and what a form asks of it."""

    name: str
    short: str
    uscc: str
    address: str
    postcode: str
    telephone: str
    type: str
    industry: str
    size: str
    group: str
    """The central enterprise it belongs to, "" for none."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its leader, its contact and the title of its experience."""

    organisation: Organisation
    name: str
    title: str
    leader: Person
    contact: Person
    headcount: int


def uscc(rng: Random) -> str:
    """A unified social credit code with a valid check digit (GB 32100)."""
    body = "91" + rng.choice(("320100", "330200", "430100", "610300")) + "".join(rng.choice(USCC_ALPHABET) for _ in range(9))
    return body + USCC_ALPHABET[_check_digit(body)]


def broken_uscc(code: str) -> str:
    """The same code with a wrong check digit."""
    return code[:-1] + USCC_ALPHABET[(USCC_ALPHABET.index(code[-1]) + 1) % len(USCC_ALPHABET)]


def _check_digit(body: str) -> int:
    total = sum(weight * USCC_ALPHABET.index(character) for weight, character in zip(_WEIGHTS, body, strict=True))
    return (31 - total % 31) % 31


def person(rng: Random) -> Person:
    """A name of two or three characters, a mobile, an address at an example domain."""
    mobile = rng.choice(("138", "139", "150", "159", "177", "186", "199")) + f"{rng.randrange(10**8):08d}"
    email = f"{rng.choice('abcdefgh')}{rng.randrange(10**5):05d}@{rng.choice(('example.cn', 'example.com', 'example.org'))}"
    return Person(rng.choice(_SURNAMES) + rng.choice(_GIVEN), mobile, email)


def organisation(rng: Random, *, jiangsu: bool) -> Organisation:
    """An enterprise in Jiangsu or elsewhere."""
    if jiangsu:
        city, post, area = rng.choice(JIANGSU)
        province = "江苏省"
    else:
        province, city, post, area = rng.choice(ELSEWHERE)
    short = city + rng.choice(_BRANDS) + rng.choice(_TRADES)
    return Organisation(
        name=short + rng.choice(_FORMS),
        short=short,
        uscc=uscc(rng),
        address=f"{province}{city}市{rng.choice(_STREETS)}{rng.randrange(1, 900)}号",
        postcode=post + f"{rng.randrange(1000):03d}",
        telephone=f"{area}-{rng.randrange(5 * 10**7, 9 * 10**7)}",
        type=rng.choice(ORGANISATION_TYPES),
        industry=rng.choice(INDUSTRIES),
        size=rng.choice(SIZES),
        group=rng.choice(GROUPS) if rng.random() < 0.4 else "",
    )


def title(rng: Random) -> str:
    """The title of an experience as the Jiangsu notice wants it."""
    return rng.choice(TITLE_BEGIN) + rng.choice(_METHODS) + rng.choice(_AIMS) + "的" + rng.choice(TITLE_END)


def team(rng: Random, of: Organisation) -> Team:
    """A team of that organisation."""
    name = rng.choice(_TEAM_AREA) + rng.choice(_TEAM_TASK) + rng.choice(TEAM_ENDINGS)
    return Team(of, name, title(rng), person(rng), person(rng), rng.randrange(6, 60))


def prose(rng: Random, characters: int) -> str:
    """Running text of exactly so many characters, ending in a full stop."""
    text = ""
    while len(text) < characters:
        text += rng.choice(_SENTENCES)
    return text[: characters - 1] + "。"
