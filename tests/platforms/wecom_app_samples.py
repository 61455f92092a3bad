"""What a 自建应用 is told, and what somebody else would like it to believe."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.platforms.wecom_events import WecomSealer, Wire
from tests.platforms.wecom_sample import APP_KEY, AT, CORP, Sample, Steady, app, sample


def app_messages() -> Iterator[Sample]:
    def said(
        name: str,
        wire_fields: Mapping[str, str],
        *,
        more: str = "",
        times: int = 1,
        **expected: Any,
    ) -> Iterator[Sample]:
        signer = app()
        for number in range(times):
            wire = signer.raw(wire_fields, sender="Wang-Wu", at=AT, more=more)
            group = {"dedupe_group": name} if times > 1 else {}
            entry = f"app-{name}-{number}" if times > 1 else f"app-{name}"
            yield sample(entry, wire, signer, expected_incoming=expected, **group)

    text = {"MsgType": "text", "MsgId": "7300000000000000099"}
    private: dict[str, Any] = {
        "chat": "Wang-Wu",
        "sender": "Wang-Wu",
        "private": True,
        "reply_token": "",
    }
    yield from said(
        "text",
        {**text, "Content": "任务 <写> & 测"},
        **private,
        kind="said",
        text="任务 <写> & 测",
        id="app:7300000000000000099",
        at=int(AT.timestamp()),
    )
    about = "<![CDATA[怎么写 <!DOCTYPE html> 和 <!ENTITY>]]>"
    yield from said(
        "words-about-doctypes",
        text,
        more=f"<Content>{about}</Content>",
        text="怎么写 <!DOCTYPE html> 和 <!ENTITY>",
    )
    voice = {
        "MsgType": "voice",
        "MediaId": "M",
        "Format": "amr",
        "MsgId": "1",
        "Recognition": "日报",
    }
    yield from said("voice", voice, text="日报", **private)
    greeted = {"MsgType": "event", "Event": "enter_agent", "EventKey": ""}
    yield from said(
        "enter", greeted, times=3, kind="greeted", event_id="app:greeted:Wang-Wu:2026-11-20"
    )
    yield from said("subscribe", {**greeted, "Event": "subscribe"}, kind="greeted", text="")
    click = {"MsgType": "event", "Event": "click", "EventKey": "我的"}
    yield from said("menu", click, times=2, kind="said", text="我的")
    card = {
        "MsgType": "event",
        "Event": "template_card_event",
        "EventKey": "完成 12",
        "TaskId": "t1",
    }
    options = "<OptionIds><OptionId>x</OptionId><OptionId><![CDATA[y]]></OptionId></OptionIds>"
    item = f"<SelectedItem><QuestionKey>q</QuestionKey>{options}</SelectedItem>"
    yield from said(
        "card",
        card,
        more=f"<SelectedItems>{item}</SelectedItems>",
        times=2,
        **private,
        text="完成 12",
        fields={"q": "x、y"},
    )


def app_oddities() -> Iterator[Sample]:
    def ignored(name: str, xml: str) -> Sample:
        signer = app()
        return sample(
            f"app-{name}", signer.sealed(xml.encode(), at=AT), signer, expect="ignore", why=name
        )

    inside = (
        "<FromUserName>u</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"
        "<Content>x</Content><MsgId>1</MsgId><AgentID>1000002</AgentID>"
    )
    yield ignored("other-agent", f"<xml>{inside.replace('1000002', '1000003')}</xml>")
    yield ignored("agent-words", f"<xml>{inside.replace('1000002', 'x')}</xml>")
    yield ignored("two-senders", f"<xml>{inside}<FromUserName>boss</FromUserName></xml>")
    yield ignored("no-sender", f"<xml>{inside.replace('FromUserName', 'F')}</xml>")
    yield ignored("no-id", f"<xml>{inside.replace('MsgId', 'M')}</xml>")
    yield ignored("no-type", f"<xml>{inside.replace('MsgType', 'M')}</xml>")
    yield ignored("nested-words", f"<xml>{inside.replace('x</C', '<b>x</b></C')}</xml>")
    yield ignored("image", f"<xml>{inside.replace('text', 'image')}</xml>")
    yield ignored("cut", f"<xml>{inside}")
    yield ignored("empty", "")
    yield ignored("not-xml", '{"msgtype":"text"}')
    entity = '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    yield ignored("external-entity", f"{entity}<xml>{inside.replace('>x<', '>&e;<')}</xml>")
    declared = f'<?xml version="1.0" encoding="UTF-8"?>{entity}<xml>{inside}</xml>'
    yield ignored("declared-entity", declared)
    yield ignored("comment-and-entity", f"<!-- x -->{entity}<xml>{inside}</xml>")


def app_forgeries() -> Iterator[Sample]:
    def refused(
        name: str, change: Callable[[str], bytes], of: WecomSealer | None = None
    ) -> Sample:
        signer = app()
        encrypted = (of or signer).encrypted(b"<xml><MsgType>text</MsgType></xml>")
        wire = Wire(signer.query(encrypted, at=AT), change(encrypted))
        return sample(f"app-neg-{name}", wire, signer, expect="reject", why=name)

    def around(before: str, after: str, encoding: str = "utf-8") -> Callable[[str], bytes]:
        return lambda encrypted: f"{before}{encrypted}{after}".encode(encoding)

    plain = around("<xml><Encrypt>", "</Encrypt></xml>")
    yield refused("two-encrypts", around("<xml><Encrypt>x</Encrypt><Encrypt>", "</Encrypt></xml>"))
    yield refused(
        "an-encrypt-more", around("<xml><Encrypt>", "</Encrypt><Encrypt>x</Encrypt></xml>")
    )
    yield refused("nested-encrypt", around("<xml><a><Encrypt>", "</Encrypt></a></xml>"))
    yield refused("child-in-encrypt", around("<xml><Encrypt>", "<b/></Encrypt></xml>"))
    yield refused("doctype", around("<!DOCTYPE xml><xml><Encrypt>", "</Encrypt></xml>"))
    yield refused("doctype-late", around("<xml><!DOCTYPE xml><Encrypt>", "</Encrypt></xml>"))
    wide = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE xml><xml><Encrypt>'
    yield refused("utf-16", around(wide, "</Encrypt></xml>", "utf-16"))
    yield refused("utf-16-no-mark", around(wide, "</Encrypt></xml>", "utf-16-le"))
    yield refused(
        "utf-7",
        around(
            '<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE xml+AD4-<xml><Encrypt>',
            "</Encrypt></xml>",
        ),
    )
    yield refused("latin-1", around("<xml><a>é</a><Encrypt>", "</Encrypt></xml>", "latin-1"))
    yield refused("json", around('{"encrypt":"', '"}'))
    yield refused("no-corp-id", plain, Steady("t", APP_KEY, ""))
    yield refused("corp-id-longer", plain, Steady("t", APP_KEY, CORP + "0"))
    yield refused("corp-id-upper", plain, Steady("t", APP_KEY, CORP.upper()))
