"""The configuration is checked once; what is wrong is named with its fix."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Config, load
from bot.errors import Misconfigured

FEISHU = """
[feishu]
app_id = "cli_a1"
app_secret = "s"
verification_token = "v"
encrypt_key = "k"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_embedded_default_is_used(tmp_path: Path) -> None:
    config = load(tmp_path / "config.toml")

    assert config.database.url == "sqlite+aiosqlite:///data/guanjia.db"
    assert (config.server.host, config.server.port) == ("127.0.0.1", 8080)
    assert config.console.enabled


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server]\nprot = 1", "server.prot is not a key"),
        ("[surver]\nport = 1", "surver is not a key"),
        ("[server]\nport = 'x'", "server.port"),
        ("[server]\nport = 99999", "server.port"),
        ("not toml", "not valid TOML"),
        ("[calendar]\ntimezone = 'Mars/Olympus'", "calendar.timezone"),
        ("[feishu]\napp_id = 'cli_a1'", "feishu.app_secret is missing"),
        (FEISHU.replace('"k"', '""'), "feishu.encrypt_key is missing"),
        (FEISHU + "base_url = 'http://open.feishu.cn'", "https://"),
        (FEISHU + "transport = 'websocket'", "not built yet"),
        ("[wecom.bot]\nname = '大管家'", "wecom.bot.bot_id is missing"),
        (
            "[wecom.bot]\nname = '大管家'\nbot_id = 'a'\nsecret = 'b'",
            "not built yet: set it to",
        ),
        ("[wecom.bot]\nname = '大管家'\ntransport = 'callback'", "wecom.bot.token is missing"),
        ("[server]\nhost = '0.0.0.0'", "console.token is missing"),
        ("[api]\ntokens = ['file:/nowhere/x']", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Misconfigured, match=says) as problem:
        load(written(tmp_path, text))

    assert "\n" not in str(problem.value)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANJIA__SERVER__PORT", "9001")

    assert load(written(tmp_path, "[server]\nport = 9000")).server.port == 9001


def test_a_misspelt_variable_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUANJIA__SERVRE__PORT", "9001")

    with pytest.raises(Misconfigured, match="GUANJIA__SERVRE__PORT"):
        load(tmp_path / "config.toml")


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("gehe1m\n", encoding="utf-8")
    text = FEISHU.replace('app_secret = "s"', f'app_secret = "file:{tmp_path / "secret"}"')

    config = load(written(tmp_path, text))

    assert config.feishu is not None
    assert config.feishu.app_secret.get_secret_value() == "gehe1m"


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    config = load(written(tmp_path, FEISHU.replace('"k"', '"gehe1m"')))

    assert "gehe1m" not in repr(config)
    assert config.feishu is not None
    assert isinstance(config.feishu.encrypt_key, SecretStr)


def test_a_wrong_secret_is_not_echoed(tmp_path: Path) -> None:
    text = FEISHU.replace('encrypt_key = "k"', 'encrypt_key = ["gehe1m"]')

    with pytest.raises(Misconfigured) as problem:
        load(written(tmp_path, text))

    assert "gehe1m" not in str(problem.value)


def test_stand_ins_may_be_reached_without_tls_on_loopback_only(tmp_path: Path) -> None:
    local = load(written(tmp_path, FEISHU + "base_url = 'http://127.0.0.1:9/'"))

    assert local.feishu is not None
    assert local.feishu.base_url == "http://127.0.0.1:9"


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot read"):
        load(tmp_path / "nowhere.toml", required=True)


def test_the_whole_example_can_be_read(tmp_path: Path) -> None:
    example = Path(__file__).parent.parent / "config.example.toml"

    assert load(example) == Config()
