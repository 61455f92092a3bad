"""Finding the entry that answers, or knowing that none does."""

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import Decision, Entry, Index, chats, learn, wonders
from bot.terms import asks, differ, load, plain, terms
from bot.texts import everyday

KNOWN = (
    ("怎么导入客户", "在客户列表右上角点导入"),
    ("忘记密码怎么办", "在登录页点忘记密码"),
    ("客户公海是什么意思", "没人跟进的客户会进公海"),
    ("商机怎么分阶段", "按六个阶段推进"),
    ("手机上怎么登录CRM", "先下载App，再扫码"),
    ("请假怎么审批", "走OA"),
)
PASSAGES = Path(__file__).parents[2] / "shared" / "data" / "qa"


def entries(*extra: Entry) -> list[Entry]:
    known = [Entry(id=n, question=q, answer=a) for n, (q, a) in enumerate(KNOWN, 1)]
    return [*known, *extra]


@pytest.fixture(scope="module", params=["characters", "words"])
def index(request: pytest.FixtureRequest) -> Index:
    return Index(entries(), load() if request.param == "words" else None)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("怎么导入客户", 1),
        ("怎么导入客户？？", 1),
        ("能不能批量导入客户", 1),
        ("密码忘了怎么办", 2),
        ("什么是公海", 3),
        ("商机有哪些阶段", 4),
        ("手机怎么登录crm", 5),
        ("ＣＲＭ手机端登录不了", 5),
    ],
)
def test_other_words_for_a_known_question_are_answered(
    index: Index, asked: str, known: int
) -> None:
    decision = index.decide(asked)

    assert (decision.action, decision.entry) == ("answer", known)
    assert decision.candidates[0][0] == known


@pytest.mark.parametrize(
    ("asked", "known"),
    [("怎么导出客户", 1), ("怎么导入合同", 1), ("怎么删除客户", 1), ("电脑上怎么登录CRM", 5)],
)
def test_a_near_miss_is_asked_about(index: Index, asked: str, known: int) -> None:
    decision = index.decide(asked)

    assert decision.action == "ask"
    assert decision.entry is None
    assert decision.offers[0] == known


def test_one_word_is_no_question(index: Index) -> None:
    assert index.decide("客户").action == "ask"


@pytest.mark.parametrize(
    "said", ["你好", "谢谢大家", "今天中午吃什么", "老板在吗", "哈哈哈", "？"]
)
def test_chat_is_left_alone(index: Index, said: str) -> None:
    assert index.decide(said).action == "silent"


def test_a_question_near_the_subject_goes_to_people(index: Index) -> None:
    decision = index.decide("客户级别怎么定")

    assert decision.action in ("handover", "ask")
    assert decision.entry is None


def test_a_pasted_page_takes_no_longer_than_a_question(index: Index) -> None:
    assert index.decide("怎么导入客户" + "".join(map(chr, range(0x4E00, 0x9000)))).entry is None


def test_an_empty_knowledge_base_answers_nothing() -> None:
    index = Index([])

    assert index.decide("怎么导入客户") == Decision(action="silent")
    assert index.search("怎么导入客户") == []


def test_a_similar_question_counts_as_much() -> None:
    index = Index(entries(Entry(id=7, question="开票流程", similar=["发票怎么申请"])))

    assert index.decide("怎么申请发票").entry == 7


def test_two_entries_with_the_same_question_are_both_offered() -> None:
    index = Index(entries(Entry(id=7, question="怎么导入客户？")))

    decision = index.decide("怎么导入客户")

    assert decision.action == "ask"
    assert set(decision.offers[:2]) == {1, 7}
    assert not index.leads_to("怎么导入客户", 7)
    assert index.leads_to("请假怎么审批", 6)


def test_a_long_answer_is_read_as_text() -> None:
    text = "客户评级每季度做一次，由销售运营根据近十二个月的回款、毛利和投诉次数打分。" * 8
    index = Index(entries(Entry(id="评级办法", question="评级办法", answer=text)))

    decision = index.decide("销售运营打分的时候看不看毛利和投诉次数")

    assert decision.entry == "评级办法"


def test_the_bar_rises_with_the_knowledge_base() -> None:
    chatty = [Entry(id=n, question=f"{each}？") for n, each in enumerate(everyday()) if n % 2]

    assert Index(chatty)._bars[0] > Index(entries())._bars[0]


def test_what_was_of_no_use_is_not_said_again() -> None:
    asked = "能不能批量导入客户"
    taught = Index(learn(entries(), [(asked, False)]))

    assert taught.decide(asked).action != "answer"
    assert taught.decide("能不能批量导入客户呀").action != "answer"
    assert taught.decide("怎么导入客户").entry == 1


def test_what_was_useful_is_answered_from_then_on() -> None:
    asked = "怎么导入合同"
    assert Index(entries()).decide(asked).action == "ask"

    taught = Index(learn(entries(), [(asked, False), (asked, True)]))

    assert taught.decide("怎么导入合同呢").entry == 1


def test_feedback_on_silence_teaches_nothing() -> None:
    assert learn(entries(), [("今天中午吃什么", True), ("你好", False)]) == entries()


def test_the_words_of_another_entry_stay_answered_after_a_no() -> None:
    known = entries(Entry(id=7, question="批量导入客户的步骤有哪些"))
    known[0] = Entry(id=1, question="怎么导入客户", not_for=["批量导入客户的步骤有哪些"])

    assert Index(known).decide("批量导入客户的步骤有哪些").entry == 7


# --- sentences -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("怎么导出客户", "怎么导入客户"),
        ("2024年的目标是多少", "2025年的目标是多少"),
        ("微信里怎么删除文件", "微信里怎么删除表情"),
        ("怎么启用自动提醒", "怎么停用自动提醒"),
    ],
)
def test_a_small_difference_can_mean_something_else(asked: str, known: str) -> None:
    assert differ(asked, known)
    assert differ(known, asked)


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("如何导入客户", "怎么导入客户"),
        ("怎么更改手机号", "怎么修改手机号"),
        ("忘记密码了，怎么办？", "忘记密码怎么办"),
        ("怎么导入客户", "怎么 导入 客户！"),
    ],
)
def test_other_words_for_the_same_do_not(asked: str, known: str) -> None:
    assert not differ(asked, known)


def test_just_above_the_bar_one_word_in_the_place_of_another_is_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = Index([*entries(), Entry(id=7, question="客户的发票要在哪里下载呢")], load())
    asked = "在哪里下载客户的合同"
    score = index.search(asked, 1)[0][1]
    assert score > 1

    monkeypatch.setattr("bot.answers.CLEARLY", score - 0.01)
    assert index.decide(asked).action == "answer"
    monkeypatch.setattr("bot.answers.CLEARLY", score + 0.01)
    assert index.decide(asked).action == "ask"


def test_a_question_and_chat_are_told_apart() -> None:
    assert asks("CRM打不开")
    assert wonders("发票怎么开")
    assert not wonders("今天天气怎么样")
    assert not asks("好的收到")
    assert chats("今天中午吃什么呀") > chats("合同审批找谁")


def test_terms_are_characters_pairs_and_latin_words() -> None:
    assert terms("用ＣＲＭ 2.0 导入") == ["crm", "2.0", "用", "导", "入", "导入"]
    assert plain("怎么 导入，CRM？") == "怎么导入crm"


def test_everyday_sentences_are_many_and_no_two_alike() -> None:
    assert len(everyday()) >= 300
    assert len(set(everyday())) == len(everyday())


# --- whatever is written -------------------------------------------------------------------

_TEXT = st.text(
    alphabet=st.sampled_from("怎么导入客户密码登录？a1 A#\n\x00😀\u3000的"), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXT | st.text(max_size=8), _TEXT), max_size=5), st.text(max_size=30))
def test_any_text_gives_finite_scores(known: list[tuple[str, str]], asked: str) -> None:
    made = (
        Entry(id=n, question=question, similar=[similar], answer=question * 40)
        for n, (question, similar) in enumerate(known)
    )
    index = Index(made, load())
    decision = index.decide(asked)

    assert all(math.isfinite(score) and score > 0 for _, score in decision.candidates)
    assert (decision.entry is not None) == (decision.action == "answer")
    assert [score for _, score in index.search(asked)] == sorted(
        (score for _, score in index.search(asked)), reverse=True
    )


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["怎么导出客户", "密码", "什么是公海"]))
def test_the_order_of_the_entries_does_not_matter(luck: random.Random, asked: str) -> None:
    shuffled = entries()
    luck.shuffle(shuffled)

    here, there = Index(entries()).decide(asked), Index(shuffled).decide(asked)

    assert (here.action, here.entry, here.offers) == (there.action, there.entry, there.offers)
    assert [key for key, _ in here.candidates] == [key for key, _ in there.candidates]
    for (_, one), (_, other) in zip(here.candidates, there.candidates, strict=True):
        assert one == pytest.approx(other, abs=1e-3)


# --- measured ------------------------------------------------------------------------------


def _lines(name: str) -> list[dict[str, Any]]:
    path = PASSAGES / name
    if not path.exists():
        pytest.skip("the measured questions are not here")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "found", "right"), [("bank", 0.865, 0.855), ("general", 0.935, 0.862)]
)
def test_quality_stays_what_was_measured(name: str, found: float, right: float) -> None:
    known, queries = _lines(f"{name}/faq.jsonl"), _lines(f"{name}/queries.jsonl")
    made = (
        Entry(id=each["id"], question=each["question"], similar=each.get("similar", []))
        for each in known
    )
    index = Index(made, load())
    asked = [each for each in queries if each["expected"] is not None]
    first = sum(index.search(each["query"], 1)[0][0] == each["expected"] for each in asked)
    answered = [each for each in queries if index.decide(each["query"]).action == "answer"]
    good = sum(each["expected"] is not None for each in answered)

    assert first / len(asked) > found
    assert 2 * good / (len(answered) + len(asked)) > right
