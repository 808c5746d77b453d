"""`shenbao case`, `confirm` and `refuse` on a real store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.cli import main
from bot.config import load_config
from bot.engine.parts import open_store
from bot.store import models
from tests.world import START, World, entry, whole

CONFIG = """
[store]
database = "sqlite:///shenbao.db"
blobs = "blobs"
[[mailbox]]
name = "m"
programmes = ["jsaq-2025"]
address = "jsaqbanzu@126.com"
display_name = "江苏省质量管理协会现场部"
imap = { host = "127.0.0.1", port = 1143, security = "none", user = "u", password_env = "P" }
smtp = { host = "127.0.0.1", port = 1025, security = "none" }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store holds an accepted case and a change of it that waits."""
    file = tmp_path / "shenbao.toml"
    file.write_text(CONFIG, encoding="utf-8")
    loaded = load_config(file)
    with open_store(loaded) as store:
        world = World(store=store, mailboxes={m.name: m for m in loaded.mailboxes})
        for documents, hours in ((whole(entry()), 0), (whole(entry(leader="赵六", team="第二化验班"), version=2), 2)):
            read = world.read("a@qq.com", documents, after=timedelta(hours=hours))
            world.settle(world.keep(read), read)
    return file


@pytest.mark.parametrize(
    ("command", "leader", "note"), [("confirm", "赵六", "以新版本为准"), ("refuse", entry()["leader"], "仍以已受理的材料为准")]
)
def test_one_step_settles_and_answers(config: Path, command: str, leader: str, note: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--config", str(config), "JSAQ2025-0001"]) == 0
    assert "JSAQ2025-0001" in capsys.readouterr().out
    with open_store(load_config(config)) as store, store.reading() as session:
        application = session.exec(select(models.Application)).one()
        assert (application.decision, application.fields["leader"]) == ("accepted", leader)
        replies = session.exec(select(models.Reply).order_by(models.Reply.id)).all()  # type: ignore[arg-type]
        assert [r.purpose.split(":")[0] for r in replies] == ["answer", "answer", "staff"]
        assert note in replies[-1].text
        assert replies[-1].recipient == "a@qq.com"
    assert main([command, "--config", str(config), "JSAQ2025-0001"]) == 1
    assert "没有等待确认的修改" in capsys.readouterr().err


def test_a_case_tells_its_story(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["refuse", "--config", str(config), "JSAQ2025-0001"])
    capsys.readouterr()
    assert main(["case", "--config", str(config), "JSAQ2025-0001"]) == 0
    story = capsys.readouterr().out
    for part in (
        "mail from a@qq.com",
        "our answer to a@qq.com: 【受理回执】",
        "【待确认通知】",
        "resubmission-needs-confirmation",
        "staff:",
    ):
        assert part in story
    assert main(["case", "--config", str(config), "JSAQ2025-0009"]) == 1


def test_a_whole_package_tells_its_story_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(load_config(config)) as store, store.transaction() as session:
        package = models.Package(programme="cacem-2024", sender_address="zx@example.cn", recommender="北京市建筑业联合会", opened_at=START)
        package.reference, package.decision = "CACEM2024-0001", "held"
        session.add(package)
    assert main(["case", "--config", str(config), "cacem2024-0001"]) == 0
    assert "CACEM2024-0001  北京市建筑业联合会  [held]" in capsys.readouterr().out
    assert main(["confirm", "--config", str(config), "CACEM2024-0001"]) == 1
    assert "whole package" in capsys.readouterr().err
