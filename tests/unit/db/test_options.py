from __future__ import annotations

from typing import Any

import pytest

from hzproto.config import Config
from hzproto.db.options import config_of, parse_dsn
from hzproto.errors import InvalidConfigurationError


@pytest.mark.parametrize(
    ("dsn", "options"),
    [
        ("hz://", {}),
        ("hz://?", {}),
        ("hz://host", {"cluster_members": ["host"]}),
        ("hz://host:5702/", {"cluster_members": ["host:5702"]}),
        ("hz://a:1,[::1]:2,c", {"cluster_members": ["a:1", "[::1]:2", "c"]}),
        (
            "hz://us%40er:p%3Ass@host:5701",
            {"creds_username": "us@er", "creds_password": "p:ss", "cluster_members": ["host:5701"]},
        ),
        (
            (
                "hz://host?cluster.name=my%20cluster&smart=false&cloud.token=&ssl=true&ssl.ca.path=/ca"
                "&ssl.cert.path=/cert&ssl.key.path=/key&ssl.key.password=a%26b"
            ),
            {
                "cluster_members": ["host"],
                "cluster_name": "my cluster",
                "smart_routing": False,
                "cloud_discovery_token": "",
                "ssl_enabled": True,
                "ssl_cafile": "/ca",
                "ssl_certfile": "/cert",
                "ssl_keyfile": "/key",
                "ssl_password": "a&b",
            },
        ),
    ],
)
def test_dsns(dsn: str, options: dict[str, Any]) -> None:
    assert parse_dsn(dsn) == options


@pytest.mark.parametrize(
    ("dsn", "message"),
    [
        ("localhost:5701", "dsn must begin with hz://"),
        ("http://localhost", "dsn must begin with hz://"),
        ("hz://host?smrt=true", "an option of dsn must be one of cluster.name, .*, not 'smrt'"),
        ("hz://host?smart=yes", "smart in dsn must be true or false, not 'yes'"),
        ("hz://host?ssl=true&ssl=true", "dsn has ssl twice"),
        ("hz://host?ssl", "bad query field: 'ssl'"),
    ],
)
def test_wrong_dsns(dsn: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_dsn(dsn)


def _given(**arguments: Any) -> dict[str, Any]:
    options = dict(arguments)
    config, dsn, user, password, host, port = (
        options.pop(name, None) for name in ("config", "dsn", "user", "password", "host", "port")
    )
    config = config_of(config, dsn, user, password, host, port, options)
    return {} if config is None else vars(config)


def test_arguments_are_options() -> None:
    assert config_of(None, "", None, None, None, None, {}) is None
    assert _given(host="h", port=1, user="u", password="p") == {
        "cluster_members": ("h:1",),
        "creds_username": "u",
        "creds_password": "p",
    }
    assert _given(host="h") == {"cluster_members": ("h",)}
    assert _given(host="::1", port=2) == {"cluster_members": ("[::1]:2",)}
    assert _given(port=5702) == {"cluster_members": ("127.0.0.1:5702",)}
    assert _given(dsn="hz://h?smart=false", cluster_name="c", labels=["l"]) == {
        "cluster_members": ("h",),
        "smart_routing": False,
        "cluster_name": "c",
        "labels": ("l",),
    }
    assert _given(config=Config(cluster_name="c")) == {"cluster_name": "c"}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"dsn": "hz://h", "host": "i"}, InvalidConfigurationError, "Given twice: cluster_members"),
        ({"user": "u", "password": "p", "creds_username": "u"}, InvalidConfigurationError, "twice: creds_username"),
        ({"user": "u"}, InvalidConfigurationError, "creds_username needs creds_password"),
        ({"config": Config(), "host": "h"}, InvalidConfigurationError, "config or the options"),
        ({"dsn": "hz://h?ssl.ca.path=x"}, InvalidConfigurationError, "no effect without ssl_enabled"),
        ({"host": 1}, TypeError, "host must be a string, not 1"),
        ({"port": 0}, ValueError, "port must be an integer from 1 to 65535, not 0"),
        ({"host": "a b"}, ValueError, "'a b' is not a host name"),
        ({"dsn": "hz://h/path"}, ValueError, "'h/path' is not an address"),
        ({"cluster_nam": "c"}, InvalidConfigurationError, "cluster_name"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        _given(**arguments)


def test_secrets_of_a_dsn_are_not_shown() -> None:
    for dsn in ("hz:/user:secret@host", "hz://user:secret@ho st", "hz://user:secret@host?x=y"):
        with pytest.raises(ValueError, match=r"dsn|address") as wrong:
            _given(dsn=dsn)
        assert "secret" not in str(wrong.value)
