"""The trial group as a visitor sees it, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from bot.message import Button, Card, Chat, Field, Form, Person, Text
from bot.platforms.console import private_chat
from tests.trial_house import FORM, TrialHouse, open_house

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))),
    "",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium: apt-get install chromium"),
]
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]
GROUP = Chat("console", "项目群", name="项目群")
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>\u202e反\u2066'


class Visit:
    """A browser window on the trial group, and everything it complained about."""

    def __init__(self, house: TrialHouse, page: Page) -> None:
        self.house = house
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def box(self) -> Any:
        return self.page.get_by_label("消息", exact=True).and_(self.page.locator("textarea"))

    @property
    def log(self) -> Any:
        return self.page.locator("#log")

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def sees(self, text: str) -> None:
        await expect(self.log.get_by_text(text, exact=True).last).to_be_visible()

    async def has_no_overflow(self) -> bool:
        return bool(
            await self.page.evaluate(
                """() => {
                  const width = document.documentElement.clientWidth;
                  const wide = [...document.querySelectorAll("body *")].filter((each) =>
                    !each.closest(".chips, .hearing") && each.checkVisibility()
                    && each.getBoundingClientRect().right > width + 1);
                  return document.documentElement.scrollWidth <= width && wide.length === 0;
                }"""
            )
        )


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        await found.close()


@asynccontextmanager
async def window(
    browser: Browser, *, width: int = 1280, height: int = 800, token: str = ""
) -> AsyncIterator[Visit]:
    async with AsyncExitStack() as stack:
        house, server = await stack.enter_async_context(open_house(token=token))
        page = await browser.new_page(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        stack.push_async_callback(page.close)
        visit = Visit(house, page)
        await page.goto(str(server.make_url("/")))
        if not token:
            await page.locator("#log .welcome").wait_for()
        yield visit
        assert visit.complaints == []


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    async with window(browser) as found:
        yield found


async def test_what_is_said_and_answered_appears_by_itself(visit: Visit) -> None:
    await visit.say("大家早")
    await visit.say("卡点 没数据")

    await visit.sees("收到：卡点 没数据")
    await expect(visit.log.locator(".mine .words")).to_have_text(["大家早", "卡点 没数据"])
    await expect(visit.log.locator(".waiting")).to_have_count(0)
    await visit.house.post(Text(text="不请自来"), GROUP, key="x")
    await visit.sees("不请自来")
    await visit.house.post(Text(text="有新的"), Chat("console", "销售群"), key="y")
    await expect(visit.page.locator('[data-chat="销售群"] .dot')).to_be_visible()
    await visit.page.locator('[data-chat="销售群"]').click()
    await visit.sees("有新的")
    await expect(visit.page.locator('[data-chat="销售群"] .dot')).to_have_count(0)


async def test_a_private_word_to_somebody_else_is_pointed_out(visit: Visit) -> None:
    await visit.house.post(Text(text="张三，该填站会了"), private_chat("张三"), key="p")
    await expect(visit.page.locator(".speaker .dot")).to_be_visible()
    await visit.page.locator(".speaker").click()
    await visit.page.get_by_role("option", name="张三 销售 有未读私聊").click()
    await expect(visit.page.locator(".speaker .dot")).to_have_count(0)
    await visit.page.get_by_role("button", name=re.compile("有新消息")).click()
    await visit.sees("张三，该填站会了")


async def test_shift_enter_and_an_input_method_do_not_send(visit: Visit) -> None:
    await visit.box.fill("卡点 甲")
    await visit.box.press("Shift+Enter")
    await visit.box.press_sequentially("二")
    await visit.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(visit.box).to_have_value("卡点 甲\n二")
    await visit.box.press("Enter")
    await visit.sees("收到：卡点 甲\n二")
    assert [each.text for each in visit.house.heard] == ["卡点 甲\n二"]


async def test_a_button_speaks_for_whoever_presses_it(visit: Visit) -> None:
    await visit.say("任务 整理客户清单")
    await visit.page.locator(".speaker").click()
    await visit.page.get_by_role("option", name=re.compile("张三")).click()
    await visit.log.get_by_role("button", name="完成").click()

    await visit.sees("张三 点了「完成」")
    await visit.sees("收到：完成 3")
    assert visit.house.heard[-1].sender == Person("张三", "张三")


async def test_a_form_asks_for_what_it_needs(visit: Visit) -> None:
    await visit.house.post(FORM, GROUP, key="f")
    await visit.log.get_by_role("button", name="登记").click()
    await visit.sees("请填写描述")
    assert visit.house.heard == []

    await visit.log.get_by_label("描述").fill("没数据")
    await visit.log.get_by_label("谁能解决").fill("李四")
    await visit.log.get_by_label("影响").select_option("高")
    await visit.log.get_by_role("button", name="登记").click()
    await visit.sees("王敏 点了「登记」")
    await visit.sees("收到：卡点")
    [heard] = visit.house.heard
    assert heard.fields == {"what": "没数据", "owner": "李四", "due": "", "level": "高"}


async def test_tasks_are_ticked(visit: Visit) -> None:
    tasks = ("#12 清单", "#13 方案")
    field = Field(name="done", label="做完的", kind="ticks", options=("12", "13"), shown=tasks)
    await visit.house.post(Form(title="站会", say="站会", fields=(field,)), GROUP, key="t")
    for each in tasks:
        await visit.log.get_by_label(each).check()
    await visit.log.get_by_role("button", name="提交").click()
    await visit.sees("收到：站会")
    assert visit.house.heard[-1].fields == {"done": "12、13"}


async def test_names_and_commands_are_completed(visit: Visit) -> None:
    await visit.box.press_sequentially("/任")
    await expect(visit.page.locator("#completion li")).to_have_count(1)
    await visit.box.press("Tab")
    await visit.box.press_sequentially("@李")
    await visit.box.press("Enter")
    await expect(visit.box).to_have_value("任务 @李四 ")
    await visit.box.press_sequentially("@")
    await visit.box.press("ArrowDown")
    await visit.box.press("Escape")
    await expect(visit.page.locator("#completion")).to_be_hidden()
    await expect(visit.box).to_have_value("任务 @李四 @")


async def test_a_message_is_quoted(visit: Visit) -> None:
    await visit.say("卡点 没数据")
    await visit.sees("收到：卡点 没数据")
    await visit.say("另一句")
    await visit.sees("另一句")
    await visit.log.get_by_text("收到：卡点 没数据").hover()
    await visit.log.get_by_role("button", name="回复大管家").click()
    await expect(visit.page.locator(".quoting")).to_contain_text("回复 大管家：收到：卡点 没数据")
    await expect(visit.box).to_have_value("@大管家 ")
    await visit.box.press_sequentially("数据来了")
    await visit.box.press("Enter")

    await visit.sees("收到：数据来了")
    await expect(visit.log.locator(".mine .quote")).to_have_text("大管家：收到：卡点 没数据")
    assert visit.house.heard[-1].quoted == "2"


async def test_hostile_words_stay_words(visit: Visit) -> None:
    name = "<b onclick=x>坏人</b>"
    await visit.page.locator(".speaker").click()
    await visit.page.get_by_label("新名字").fill(name)
    await visit.page.get_by_label("新名字").press("Enter")
    await visit.say(HOSTILE)
    await visit.sees(HOSTILE)
    card = Card(
        title=HOSTILE,
        text=HOSTILE,
        facts=((HOSTILE, HOSTILE),),
        buttons=(Button(label=HOSTILE, say="x"),),
        mentions=(Person("a", HOSTILE),),
    )
    form = Form(
        title=HOSTILE,
        say="x",
        submit=HOSTILE,
        fields=(Field(name='"><script>', label=HOSTILE, hint=HOSTILE, options=(HOSTILE,)),),
    )
    await visit.house.post(card, GROUP, key="c")
    await visit.house.post(form, GROUP, key="f")
    await visit.house.post(Text(text=HOSTILE), Chat("console", HOSTILE[:40]), key="g")
    await visit.house.post(Text(text="javascript:alert(1) https://a.example/b"), GROUP, key="h")
    await expect(visit.log.locator(".words a")).to_have_attribute("href", "https://a.example/b")
    await expect(visit.log.locator("form.card")).to_be_visible()
    await expect(visit.page.locator("#chats .chat")).to_have_count(6)

    await expect(visit.log.locator("img[src=x], script, b")).to_have_count(0)
    await expect(visit.page.locator(".who bdi").first).to_have_text(name)
    assert "大管家" in await visit.page.title()
    assert await visit.has_no_overflow()


async def test_a_very_long_message_is_folded(visit: Visit) -> None:
    await visit.box.fill("好" * 110_000)
    await visit.box.press("Enter")
    await visit.log.get_by_role("button", name="展开全文").click()
    await expect(visit.log.get_by_role("button", name="收起")).to_be_visible()
    assert await visit.has_no_overflow()


async def test_pictures_and_files_are_there_to_take(visit: Visit) -> None:
    await visit.say("排行榜 本周")
    await visit.log.get_by_role("button", name=re.compile("看大图")).click()
    await expect(visit.page.locator("#viewer img")).to_be_visible()
    await visit.page.keyboard.press("Escape")
    await visit.say("导出 任务")
    async with visit.page.expect_download() as download:
        await visit.log.get_by_role("link").click()
    taken = await download.value
    assert taken.suggested_filename == "任务 清单.csv"
    assert Path(await taken.path()).read_bytes() == b"a,b\n"  # noqa: ASYNC240


async def test_the_clock_brings_what_is_due(visit: Visit) -> None:
    await expect(visit.page.locator(".clock-face")).to_have_text("3月2日周一09:12")
    await visit.page.get_by_role("button", name="下个工作日 9:00").first.click()

    await visit.sees("早上好，该填站会了")
    await expect(visit.page.locator(".clock-face")).to_have_text("3月3日周二09:00")
    await expect(visit.page.locator("#progress")).to_be_hidden()


async def test_the_five_steps_fill_the_box_and_are_ticked(visit: Visit) -> None:
    guide = visit.page.locator("#guide")
    await guide.get_by_text("角色 @王敏 项目经理").click()
    await expect(visit.box).to_have_value("角色 @王敏 项目经理")
    await visit.box.press("Enter")
    await expect(guide.locator("li.done")).to_have_count(1)
    await guide.get_by_text("卡点 测试数据还没到 @李四 周五前").click()
    await expect(visit.page.locator(".speaker-name")).to_have_text("张三")
    await visit.box.press("Enter")
    await expect(visit.page.locator("#guide-toggle")).to_contain_text("2/5")
    await visit.page.reload()
    await expect(visit.page.locator("#guide-toggle")).to_contain_text("2/5")


@pytest.mark.parametrize("width", [360, 375])
async def test_a_phone_shows_one_thing_at_a_time(browser: Browser, width: int) -> None:
    async with window(browser, width=width, height=740) as visit:
        visit.house.at = visit.house.at.replace(month=12, day=28)
        await visit.say("任务 整理客户清单")
        await visit.say("表单 填")
        await visit.say("排行榜 本周")
        await visit.say("导出 一个很长的词" + "w" * 300)
        await expect(visit.log.locator(".file")).to_be_visible()
        assert await visit.has_no_overflow()
        await visit.page.get_by_label("返回会话列表").click()
        await expect(visit.page.locator(".chats")).to_be_visible()
        await expect(visit.log).to_be_hidden()
        assert await visit.has_no_overflow()
        await visit.page.get_by_label("快进时间").click()
        assert await visit.has_no_overflow()
        await visit.page.get_by_role("button", name="+10分钟").click()
        await visit.page.locator("#guide-toggle").click()
        assert await visit.has_no_overflow()
        await visit.page.get_by_label("收起").click()
        await visit.page.locator('[data-chat="销售群"]').click()
        await expect(visit.log).to_be_visible()
        await visit.page.go_back()
        await expect(visit.page.locator(".chats")).to_be_visible()


async def test_a_message_that_was_not_taken_can_be_tried_again(visit: Visit) -> None:
    await visit.page.route("**/console/messages", lambda route: route.abort())
    await visit.say("卡点 没网")
    retry = visit.log.get_by_role("button", name="没发出去，点这里重试")
    await expect(retry).to_be_visible()
    await visit.page.unroute("**/console/messages")
    await retry.click()
    await visit.sees("收到：卡点 没网")
    await expect(visit.log.locator(".mine .words")).to_have_text(["卡点 没网"])
    assert all("ERR_FAILED" in each for each in visit.complaints)
    visit.complaints.clear()


async def test_the_token_is_asked_for_once(browser: Browser) -> None:
    async with window(browser, token="geheim") as visit:
        await visit.page.locator("#login-token").fill("falsch")
        await visit.page.get_by_role("button", name="进入").click()
        await expect(visit.page.locator("#login-wrong")).to_have_text("口令不对，请再试一次。")
        await visit.page.locator("#login-token").fill("geheim")
        await visit.page.get_by_role("button", name="进入").click()
        await visit.log.locator(".welcome").wait_for()
        await visit.page.reload()
        await visit.log.locator(".welcome").wait_for()
        await visit.say("卡点 进来了")
        await visit.sees("收到：卡点 进来了")
        assert all("401" in each for each in visit.complaints)
        visit.complaints.clear()
