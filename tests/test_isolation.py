"""One team never sees, and never touches, what another team wrote down."""

import pytest

from bot.command import Command
from bot.message import as_lines
from bot.parts import load_commands
from storage import team as teams
from tests.conftest import Room

OTHER = "别家的项目群"
SECRETS = {
    "任务 机密甲 明天": "机密甲",
    "卡点 机密乙 @外人 明天": "机密乙",
}
NUMBERED = [each for each in load_commands() if each.begins_with_number]
BARE = [each for each in load_commands() if not each.begins_with_number]


@pytest.fixture
async def rooms(room: Room) -> Room:
    """A second team whose group holds entries #1 and #2; the first team has none."""
    async with room.app.database.begin() as tx:
        other = await teams.open_team(tx, "别家", at=room.app.clock())
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id=OTHER,
            private=False,
            name=OTHER,
            person="",
        )
    for said in SECRETS:
        await room.say("外人", said, group=OTHER)
    assert "机密甲" in await room.words("外人", "查看 1", group=OTHER)
    return room


@pytest.mark.parametrize("command", NUMBERED, ids=lambda each: each.name)
async def test_a_number_of_another_team_does_not_exist(rooms: Room, command: Command) -> None:
    await rooms.say("周总", "角色 @周总 项目经理")
    for said in (f"{command.name} 1", f"{command.name} 1 @周总 明天 说明：好 概率：高 影响：高"):
        answer = await rooms.words("周总", said)
        assert "机密" not in answer
        assert not answer.startswith("✅"), answer

    story = await rooms.words("外人", "查看 1", group=OTHER)
    assert "周总" not in story


@pytest.mark.parametrize("command", BARE, ids=lambda each: each.name)
async def test_nothing_of_another_team_is_listed_or_found(rooms: Room, command: Command) -> None:
    await rooms.say("周总", "角色 @周总 项目经理")
    for said in (command.name, f"{command.name} 机密", command.example):
        for answer in await rooms.answers("周总", said):
            assert not any(secret in as_lines(answer) for secret in SECRETS.values())
