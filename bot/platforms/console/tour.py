"""Who and what a newcomer meets in the trial: groups, a cast, and five things to try."""

from typing import Any

GROUPS: tuple[tuple[str, str], ...] = (
    ("项目群", "CRM 上线项目组：卡点、任务、站会"),
    ("销售群", "一线销售：跟进客户、使用之星"),
    ("支持群", "怎么用 CRM，在这里问"),
    ("领导群", "指导委员会"),
)

CAST: tuple[tuple[str, str], ...] = (
    ("王敏", "项目经理"),
    ("张三", "销售"),
    ("李四", "IT"),
    ("赵倩", "业务负责人"),
    ("陈晨", "支持专家"),
    ("周总", "领导"),
)

# A step is done when every one of its tries was made; `done` says what counts as having made it.
STEPS: tuple[dict[str, Any], ...] = (
    {
        "id": "role",
        "title": "定下项目经理",
        "about": "先让大管家知道谁负责。没有 @ 到人的卡点都会找项目经理。",
        "tries": [
            {"group": "项目群", "sender": "王敏", "say": "角色 @王敏 项目经理", "starts": "角色"}
        ],
    },
    {
        "id": "blocker",
        "title": "报一个卡点",
        "about": "一句话说清：卡在哪、谁能解决、什么时候要。说「卡点列表」能看到谁在等谁。",
        "tries": [
            {
                "group": "项目群",
                "sender": "张三",
                "say": "卡点 测试数据还没到 @李四 周五前",
                "starts": "卡点",
            }
        ],
    },
    {
        "id": "task",
        "title": "派任务，然后完成它",
        "about": "发出任务后，在大管家回的卡片上点「完成」。",
        "tries": [
            {
                "group": "项目群",
                "sender": "王敏",
                "say": "任务 @张三 整理客户清单 周五下班前",
                "starts": "任务",
            },
            {"click": "完成", "label": "在卡片上点「完成」"},
        ],
    },
    {
        "id": "knowledge",
        "title": "教它一次，再问它",
        "about": "知识库里有的，大管家直接答；没有的，它就说不知道，不会瞎编。",
        "tries": [
            {
                "group": "支持群",
                "sender": "王敏",
                "say": "知识 加 问：怎么导入客户？ 答：客户列表右上角点「导入」，按模板填好上传",
                "starts": "知识",
            },
            {"group": "支持群", "sender": "张三", "say": "问 客户怎么导入", "starts": "问"},
        ],
    },
    {
        "id": "clock",
        "title": "把时间拨快，看站会提醒",
        "about": "定时的事不用真等：跳到下个工作日，再往前走一小时，看项目群里的站会提醒。",
        "tries": [
            {"move": "workday", "label": "跳到下个工作日 9:00"},
            {"move": "1h", "label": "再快进 1 小时"},
        ],
    },
)
