"""Which of the expected recommenders have sent nothing yet: in the digest, from the command line, and on the programme's page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.cli import main
from bot.config import load_config
from bot.engine.parts import open_store
from bot.facts import Copy
from bot.programme.load import load_programmes
from bot.staff import users
from bot.views.standing import silent_recommenders
from tests.staff_data import DAY
from tests.staff_site import STAFF, Browser, found, make_site
from tests.world import SHANGHAI, START, World, document

CONFIG = """
[store]
database = "sqlite:///shenbao.db"
blobs = "blobs"
[programmes.expected]
cacem-2024 = ["宁夏建筑业联合会", "北京市建筑业联合会"]
[[mailbox]]
name = "m"
programmes = ["cacem-2024"]
address = "xzhd@cacem.com.cn"
imap = { host = "127.0.0.1", port = 1143, security = "none", user = "u", password_env = "P" }
smtp = { host = "127.0.0.1", port = 1025, security = "none" }
"""
LISTED = load_programmes()["cacem-2024"].recommenders
SENT = {
    "湖南省建筑业协会": "湖南省建筑业协会",
    "北京建筑业联合会": "北京市建筑业联合会",
    "上海市市政公路行业协会秘书处": "上海市市政公路行业协会",
    "中国煤炭建设协会（盖章）": "中国煤炭建设协会",
    "宁夏建筑业联合会": "宁夏建筑业联合会",
}
"""Who writes, in its own way, and which expected unit that is."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store holds the packages of some recommenders, one of them incomplete, and an enterprise's mail."""
    file = tmp_path / "shenbao.toml"
    file.write_text(CONFIG, encoding="utf-8")
    loaded = load_config(file)
    with open_store(loaded) as store:
        world = World("cacem-2024", store, {m.name: m for m in loaded.mailboxes})
        for day, name in enumerate(SENT, 10):
            paper = document("recommendation_bundle", Copy.STAMPED, {"recommender": name}, name=f"{name}.pdf")
            after = datetime(2024, 5, day, 10, tzinfo=SHANGHAI) - START
            read = world.read(f"unit{day}@example.cn", [paper], after=after, archive=False)
            world.settle(world.keep(read), read)
        form = document("application_form", Copy.EDITABLE, {"organisation": "湖北省市政工程有限公司", "team": "焊接班"})
        read = world.read("a@qq.com", [form], after=datetime(2024, 5, 20, 9, tzinfo=SHANGHAI) - START)
        world.settle(world.keep(read), read)
    return file


def test_the_digest_names_exactly_the_silent(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["digest", "--config", str(config), "--date", "2024-05-21"]) == 0
    section = capsys.readouterr().out.partition("尚未报送的推荐单位")[2]
    assert "66家中有61家尚未报送" in section
    named = next(line.strip() for line in section.splitlines() if "、" in line).split("、")
    assert named == [name for name in LISTED if name not in SENT.values()]


def test_who_has_sent_is_not_asked_for_again_and_near_names_are(config: Path) -> None:
    loaded = load_config(config)
    with open_store(loaded) as store, store.reading() as session:
        silent = silent_recommenders(session, load_programmes()["cacem-2024"], loaded)
    assert len(silent) == 61
    assert not set(silent) & set(SENT.values())
    assert {"湖南省建筑业协会", "云南省建筑业协会", "上海市工程建设质量管理协会", "湖北省市政工程协会"} - set(silent) == {
        "湖南省建筑业协会"
    }


def test_the_programmes_page_names_them_too(config: Path, tmp_path: Path) -> None:
    loaded = load_config(config)
    with open_store(loaded) as store:
        users.add_user(store, *STAFF, "staff", now=DAY)
        browser = Browser(make_site(store, tmp_path, config=loaded))
        assert browser.log_in(*STAFF).status_code == 303
        page = browser.get("/programmes/cacem-2024").text
    assert "尚未报送的推荐单位（61/66）" in page
    silent = found(r'<p id="silent">([^<]+)</p>', page).split("、")
    assert silent == [name for name in LISTED if name not in SENT.values()]
