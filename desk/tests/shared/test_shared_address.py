"""REDIS_URL: what is one, and that a wrong one is named without its password."""

import pytest

from nightdesk_desk.settings import Settings, SettingsError
from nightdesk_desk.shared.address import client_at, is_redis_url


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis.internal",
        "redis://127.0.0.1:6380/2",
        "redis://:pass%2Fword@redis.internal:6379",
        "redis://user:pass@[::1]:6379/0",
        "rediss://user:pass@redis.internal:6380/1?ssl_ca_certs=/etc/ca.pem",
        "unix:///run/redis/redis.sock",
        "unix://user:pass@/run/redis/redis.sock?db=1",
        "unix:///run/redis.sock?username=desk&password=x",
    ],
)
async def test_an_address_gives_a_client(url: str) -> None:
    assert Settings.from_environment({"REDIS_URL": f" {url} "}).redis_url == url
    await client_at(url).aclose()


@pytest.mark.parametrize(
    "url",
    [
        "redis.internal:6379",
        "http://:s3cret@redis.internal",
        "redis://",
        "redis://:s3cret@",
        "redis://:s3/cret@redis.internal:6379",
        "redis://:s3#cret@redis.internal:6379",
        "redis://:s3?cret@redis.internal:6379",
        "redis://desk:12#s3cret@redis.internal",
        "redis://desk:12?s3cret@redis.internal",
        "redis://desk:12/s3cret@redis.internal",
        "redis://:s3cret@redis.internal:port",
        "redis://:s3cret@redis.internal:70000",
        "redis://:s3cret@redis.internal/first",
        "redis://:s3cret@redis.internal/-1",
        "redis://:s3cret@redis.internal?db=x",
        "redis://:s3cret@redis.internal?ssl_ca_certs=/x",
        "rediss://:s3cret@redis.internal?ssl_cert_reqs=none",
        "redis://:s3cret@[::1",
        "unix://",
        "unix://run/s3cret.sock",
    ],
)
def test_a_wrong_address_is_named_and_not_shown(url: str) -> None:
    assert not is_redis_url(url)
    with pytest.raises(SettingsError, match=r"^REDIS_URL: expected redis://") as refused:
        Settings.from_environment({"REDIS_URL": url})
    assert "cret" not in str(refused.value)


def test_without_one_there_is_none() -> None:
    assert Settings.from_environment({"REDIS_URL": " "}).redis_url == ""


def test_no_password_stands_in_the_settings_as_text() -> None:
    found = Settings.from_environment(
        {"REDIS_URL": "redis://:s3cret@h", "DATABASE_URL": "postgresql://u:s3cret@h/d"}
    )
    assert "s3cret" not in repr(found)
