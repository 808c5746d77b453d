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


def state(config: Path) -> tuple[str, int, int]:
    """The case's leader, how many files of it wait, and how many letters there are."""
    with open_store(load_config(config)) as store, store.reading() as session:
        pending = session.exec(select(models.Document).where(models.Document.pending)).all()
        leader = session.exec(select(models.Application)).one().fields["leader"]
        return str(leader), len(pending), len(session.exec(select(models.Reply)).all())


@pytest.mark.parametrize("command", ["confirm", "refuse"])
def test_what_cannot_be_answered_is_not_settled(config: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Settled without a word, the submitter would never learn of it: the second try finds nothing that waits."""
    before = state(config)
    config.write_text(CONFIG.replace('name = "m"', 'name = "renamed"'), encoding="utf-8")
    assert main([command, "--config", str(config), "JSAQ2025-0001"]) == 1
    assert "邮箱“m”已不在配置中" in capsys.readouterr().err
    assert state(config) == before
    config.write_text(CONFIG, encoding="utf-8")
    assert main([command, "--config", str(config), "JSAQ2025-0001"]) == 0
    assert state(config)[1:] == (0, before[2] + 1)


@pytest.mark.parametrize("first", ["confirm", "refuse"])
def test_a_second_word_answers_nobody_again(config: Path, first: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([first, "--config", str(config), "jsaq2025-0001", "--note", "按电话约定处理。"]) == 0
    settled = state(config)
    for command in ("confirm", "refuse"):
        assert main([command, "--config", str(config), "JSAQ2025-0001"]) == 1
    assert state(config) == settled
    with open_store(load_config(config)) as store, store.reading() as session:
        answers = session.exec(select(models.Reply).where(models.Reply.purpose != "answer")).all()
    assert ["按电话约定处理。" in answer.text for answer in answers] == [True]
    assert main(["case", "--config", str(config), "JSAQ2025-0001"]) == 0
    story = capsys.readouterr().out
    assert story.count(f"resubmission-{first}ed" if first == "confirm" else "resubmission-refused") == 1
    assert story.count("answered (note: 按电话约定处理。") == 1


def test_a_programme_that_is_gone_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(load_config(config)) as store, store.transaction() as session:
        application = session.exec(select(models.Application)).one()
        application.programme = "jsaq-1999"
        session.get_one(models.Package, application.package_id).programme = "jsaq-1999"
    assert main(["confirm", "--config", str(config), "JSAQ2025-0001"]) == 1
    assert capsys.readouterr().err.startswith("shenbao: there is no programme jsaq-1999")


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
