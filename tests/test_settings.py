"""Settings have safe defaults, and production does not start unsafe."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firststep.settings import SettingsError, load_settings

SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 40,
    "BASE_URL": "https://steps.example.com",
    "SMTP_URL": "smtp://mail.example.com:587",
}


def test_a_fresh_machine_starts_with_a_private_secret_that_stays(tmp_path: Path) -> None:
    first = load_settings({"VAR_DIR": str(tmp_path)})
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert load_settings({"VAR_DIR": str(tmp_path)}).secret_key == first.secret_key
    assert first.is_sqlite
    assert not first.debug


@pytest.mark.parametrize("kept", ["", "short", "\n"])
def test_a_secret_file_without_a_secret_stops_the_start(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret_key").write_text(kept)
    with pytest.raises(SettingsError, match="holds no secret"):
        load_settings({"VAR_DIR": str(tmp_path)})


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: load_settings({"VAR_DIR": str(tmp_path / "var")}).secret_key, range(64)))
    assert len(set(made)) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_safe_production_configuration_is_accepted() -> None:
    settings = load_settings(SAFE)
    assert settings.secure
    assert settings.host == "steps.example.com"
    assert not settings.demo


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing"),
        ("SECRET_KEY", "short", "SECRET_KEY is missing or shorter"),
        ("DEBUG", "1", "DEBUG or FLASK_DEBUG is on"),
        ("FLASK_DEBUG", "1", "DEBUG or FLASK_DEBUG is on"),
        ("DEMO", "1", "DEMO is on"),
        ("BASE_URL", "http://steps.example.com", "does not begin with https"),
        ("SMTP_URL", "", "SMTP_URL is missing"),
        ("SMTP_URL", "mail.example.com:587", "SMTP_URL does not begin with smtp"),
        ("BASE_URL", "https://", "BASE_URL"),
        ("PROXY_HOPS", "two", "PROXY_HOPS is 'two'"),
        ("PROXY_HOPS", "٣", "PROXY_HOPS is '٣'"),
        ("PROXY_HOPS", "9" * 5000, "PROXY_HOPS is '9"),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps'"),
        ("ENVIRONMENT", "staging", "ENVIRONMENT is 'staging'"),
        ("DATABASE_URL", "mysql://u:hidden@db/x", "DATABASE_URL begins with neither"),
        ("DATABASE_URL", "firststep.db", "DATABASE_URL begins with neither"),
        ("BASE_URL", "https://steps.example.com:x", "BASE_URL or PORT has no port"),
    ],
)
def test_each_unsafe_setting_stops_the_start_with_one_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as caught:
        load_settings(SAFE | {name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SMTP_URL", "mail.example.com:587", "SMTP_URL does not begin with smtp"),
        ("PORT", "abc", "PORT has no port"),
        ("BOUNCE_MAILDIR", "/no/such/folder", "no folder named new"),
        # One that the system refuses to look at, as a folder of somebody else's.
        ("BOUNCE_MAILDIR", "/" + "x" * 5000, "no folder named new"),
    ],
)
def test_what_cannot_work_stops_a_development_start_too(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        load_settings({"VAR_DIR": str(tmp_path), "BOUNCE_ADDRESS": "bounces@example.org", name: value})


def test_secrets_do_not_show_in_the_representation() -> None:
    settings = load_settings(SAFE | {"DATABASE_URL": "postgresql://u:hidden@db/x"})
    assert "hidden" not in repr(settings)
    assert SAFE["SECRET_KEY"] not in repr(settings)
    assert settings.database_url == "postgresql+psycopg://u:hidden@db/x"
