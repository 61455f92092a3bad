"""Taking sentences apart into words, without what jieba costs when it is used as it comes."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.terms import Words, load, loaded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("怎么导出客户", ["怎么", "导出", "客户"]),
        ("联系人", ["联系", "联系人"]),
        ("ＣＲＭ里的审批流", ["crm", "里", "的", "审批", "审批流"]),
        ("😀\n！", []),
    ],
)
def test_a_sentence_is_cut_into_words(text: str, found: list[str]) -> None:
    assert load().terms(text) == found


def test_the_words_are_loaded_once() -> None:
    assert load() is load() is loaded()


def test_the_teams_own_words_are_not_taken_apart() -> None:
    words = Words(["公海回收规则"])
    before = words.version
    assert "公海回收规则" in words.terms("公海回收规则在哪里改")
    assert "crm字段" not in words.terms("CRM字段怎么加")

    words.add(["CRM 字段", "公海回收规则", "客户", "", "加"])

    assert "crm字段" in words.terms("CRM字段怎么加")
    assert words.version == before + 1


def test_jieba_reads_no_cache_that_anyone_may_write_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import jieba

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(jieba.Tokenizer, "initialize", refuse)
    words = Words(["客户导入向导"])

    assert words.terms("导出客户") == ["导出", "客户"]
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert len(words._jieba.FREQ) < 100_000


def test_a_bot_that_starts_does_not_load_jieba() -> None:
    check = "import sys, bot.app, bot.handlers.question; sys.exit('jieba' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize(
    ("asked", "known", "exchanged"),
    [
        ("机械专业的女生好就业吗", "女生学会计专业好就业吗", True),
        ("客户的合同怎么上传", "客户要的发票在哪里上传", True),
        ("怎么更改手机号", "手机号怎么修改", False),
        ("怎么批量导入客户", "怎么导入客户", False),
        ("合同审批要多久", "发票怎么开", False),
    ],
)
def test_a_word_in_the_place_of_another_is_seen_wherever_it_stands(
    asked: str, known: str, exchanged: bool
) -> None:
    assert load().exchanged(asked, known) is exchanged
    assert load().exchanged(known, asked) is exchanged
