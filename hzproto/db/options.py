"""From the arguments of `connect` to the configuration of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import parse_qsl, unquote

from hzproto.checks import integer, optional, refusal, text
from hzproto.config import Config
from hzproto.core import Address
from hzproto.errors import InvalidConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hzproto.keywords import ConfigKeywords

_SCHEME: Final = "hz://"
_PORT: Final = optional(integer(1, 65535))
_FLAGS: Final = {"true": True, "false": False}
_DSN_OPTIONS: Final = {
    "cluster.name": "cluster_name",
    "cloud.token": "cloud_discovery_token",
    "smart": "smart_routing",
    "ssl": "ssl_enabled",
    "ssl.ca.path": "ssl_cafile",
    "ssl.cert.path": "ssl_certfile",
    "ssl.key.path": "ssl_keyfile",
    "ssl.key.password": "ssl_password",
}


def config_of(
    config: Config | None,
    dsn: str | None,
    user: str | None,
    password: str | None,
    host: str | None,
    port: int | None,
    options: Mapping[str, Any],
) -> Config | None:
    """Return the configuration that the arguments of `connect` make up together, None when there are none.

    Raises what `Config` raises, InvalidConfigurationError also for an option that is given twice.
    """
    named = {"creds_username": user, "creds_password": password, "cluster_members": _members(host, port)}
    given: dict[str, Any] = {}
    for source in (
        parse_dsn(dsn) if dsn else {},
        {name: value for name, value in named.items() if value is not None},
        options,
    ):
        if twice := given.keys() & source.keys():
            raise InvalidConfigurationError(f"Given twice: {', '.join(sorted(twice))}.")
        given.update(source)
    return Config.resolve(config, cast("ConfigKeywords", given)) if given or config is not None else None


def parse_dsn(dsn: str) -> dict[str, Any]:
    """Return the options of a client that a DSN has: ``hz://[user:password@][host[:port][,…]][?option=value[&…]]``.

    What is special in a URL is percent-encoded in user, password and values. Raises ValueError.
    """
    if not text("dsn", dsn).startswith(_SCHEME):  # the DSN itself may hold a password, and is not shown
        raise ValueError(f"dsn must begin with {_SCHEME}")
    location, _, query = dsn.removeprefix(_SCHEME).partition("?")
    credentials, has_credentials, hosts = location.rpartition("@")
    options: dict[str, Any] = {}
    if has_credentials:
        user, _, password = credentials.partition(":")
        options |= {"creds_username": unquote(user), "creds_password": unquote(password)}
    if hosts := hosts.removesuffix("/"):
        options["cluster_members"] = hosts.split(",")
    for name, value in parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)):
        if name not in _DSN_OPTIONS:
            raise refusal(ValueError, "an option of dsn", name, f"one of {', '.join(_DSN_OPTIONS)}")
        option = _DSN_OPTIONS[name]
        if option in options:
            raise ValueError(f"dsn has {name} twice")
        options[option] = _flag(name, value) if name in ("smart", "ssl") else value
    return options


def _flag(name: str, value: str) -> bool:
    if value not in _FLAGS:
        raise refusal(ValueError, f"{name} in dsn", value, "true or false")
    return _FLAGS[value]


def _members(host: str | None, port: int | None) -> list[str] | None:
    number = _PORT("port", port)
    if host is not None:
        text("host", host)
    if number is None:
        return None if host is None else [host]
    return [str(Address("127.0.0.1" if host is None else host, number))]
