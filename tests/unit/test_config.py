from __future__ import annotations

from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any, assert_type, get_type_hints

import pytest

from hzproto.config import (
    OPTIONS,
    AddressTranslator,
    Config,
    IntType,
    ReconnectMode,
)
from hzproto.core import Address
from hzproto.errors import InvalidConfigurationError
from hzproto.keywords import ConfigKeywords
from hzproto.security import BasicTokenProvider

DEFAULTS: dict[str, object] = {
    "cluster_members": (),
    "cluster_name": "dev",
    "client_name": None,
    "connection_timeout": 5.0,
    "socket_options": (),
    "redo_operation": False,
    "smart_routing": True,
    "async_start": False,
    "reconnect_mode": 1,
    "retry_initial_backoff": 1.0,
    "retry_max_backoff": 30.0,
    "retry_jitter": 0.0,
    "retry_multiplier": 1.05,
    "cluster_connect_timeout": -1.0,
    "is_big_endian": True,
    "default_int_type": 3,
    "data_serializable_factories": {},
    "portable_factories": {},
    "portable_version": 0,
    "class_definitions": (),
    "check_class_definition_errors": True,
    "compact_serializers": (),
    "custom_serializers": {},
    "global_serializer": None,
    "allow_pickle": False,
    "membership_listeners": (),
    "lifecycle_listeners": (),
    "reliable_topics": {},
    "labels": (),
    "heartbeat_interval": 5.0,
    "heartbeat_timeout": 60.0,
    "invocation_timeout": 120.0,
    "invocation_retry_pause": 1.0,
    "shuffle_member_list": True,
    "backup_ack_to_client_enabled": True,
    "operation_backup_timeout": 5.0,
    "fail_on_indeterminate_operation_state": False,
    "cp_direct_to_leader_routing": False,
    "address_translator": None,
    "max_message_size": 268435456,
    "load_balancer": None,
    "ssl_enabled": False,
    "ssl_cafile": None,
    "ssl_certfile": None,
    "ssl_keyfile": None,
    "ssl_password": None,
    "ssl_protocol": 4,
    "ssl_ciphers": None,
    "ssl_check_hostname": True,
    "ssl_context": None,
    "creds_username": None,
    "creds_password": None,
    "token_provider": None,
    "cloud_discovery_token": None,
    "cloud_discovery_url": "https://api.cloud.hazelcast.com",
    "use_public_ip": False,
    "statistics_enabled": False,
    "statistics_period": 3.0,
    "max_in_flight": None,
    "overload_policy": 0,
    "event_queue_capacity": 1_000_000,
    "flake_id_generators": {},
    "near_caches": {},
}


def test_table_keywords_and_defaults_agree() -> None:
    assert list(OPTIONS) == list(DEFAULTS)
    assert list(get_type_hints(ConfigKeywords)) == list(OPTIONS)
    assert {name: getattr(Config(), name) for name in OPTIONS} == DEFAULTS
    assert all(option.name == name and option.__doc__ for name, option in OPTIONS.items())


def test_defaults_are_legal_values() -> None:
    assert {name: getattr(Config.from_dict(DEFAULTS), name) for name in OPTIONS} == DEFAULTS


def test_attributes_are_typed() -> None:
    config = Config(cluster_name="x", reconnect_mode="ASYNC", heartbeat_interval=3)
    assert_type(config.cluster_name, str)
    assert_type(config.client_name, str | None)
    assert_type(config.heartbeat_interval, float)
    assert_type(config.reconnect_mode, ReconnectMode)
    assert_type(config.default_int_type, IntType)
    assert_type(config.cluster_members, tuple[str, ...])
    assert_type(config.address_translator, AddressTranslator | None)


def test_keywords_and_attributes() -> None:
    config = Config(cluster_members=["a", "b:5702", "[::1]:5703"], heartbeat_interval=3, reconnect_mode=2)
    assert config.cluster_members == ("a", "b:5702", "[::1]:5703")
    assert config.heartbeat_interval == 3
    assert config.reconnect_mode is ReconnectMode.ASYNC
    config.heartbeat_interval = 7
    config.default_int_type = "VAR"
    assert config.heartbeat_interval == 7
    assert config.default_int_type is IntType.VAR
    with pytest.raises(ValueError, match="heartbeat_interval must be a number greater than 0, not -1"):
        config.heartbeat_interval = -1
    assert config.heartbeat_interval == 7


def test_configurations_are_independent() -> None:
    first, second = Config(), Config()
    first.cluster_name = "one"
    assert second.cluster_name == "dev"
    assert repr(first) == "Config(cluster_name='one')"
    first.creds_password = "secret"
    assert repr(first) == "Config(cluster_name='one', creds_password=…)"


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("cluster_members", "localhost", TypeError, "must be a list or a tuple, not 'localhost'"),
        ("cluster_members", [5], TypeError, r"cluster_members\[0\] must be a string"),
        ("cluster_members", ["a:x"], ValueError, r"cluster_members\[0\]: 'a:x' is not an address"),
        ("cluster_name", None, TypeError, "must be a string, not None"),
        ("client_name", 5, TypeError, "must be a string, not 5"),
        ("connection_timeout", True, TypeError, "must be a number of at least 0, not True"),
        ("connection_timeout", -0.1, ValueError, "must be a number of at least 0"),
        ("socket_options", [(1, 2)], ValueError, r"socket_options\[0\] must be a tuple \(level, option"),
        ("socket_options", [(1, 2, "x")], TypeError, r"socket_options\[0\]\[2\] must be an integer"),
        ("smart_routing", 1, TypeError, "must be True or False"),
        ("reconnect_mode", 7, ValueError, r"ReconnectMode \(OFF=0, ON=1, ASYNC=2\), not 7"),
        ("reconnect_mode", True, TypeError, "ReconnectMode"),
        ("retry_jitter", 1.1, ValueError, "must be a number from 0 to 1, not 1.1"),
        ("retry_multiplier", 0.9, ValueError, "must be a number of at least 1, not 0.9"),
        ("cluster_connect_timeout", -2, ValueError, "must be -1 or a number of at least 0, not -2"),
        ("default_int_type", "INT64", ValueError, "BIG_INT=5"),
        ("membership_listeners", [(None, None)], ValueError, "at most one is None"),
        ("membership_listeners", [print], TypeError, r"membership_listeners\[0\] must be a tuple"),
        ("membership_listeners", [(print, 5)], TypeError, r"membership_listeners\[0\]\[1\] must be callable"),
        ("lifecycle_listeners", [5], TypeError, r"lifecycle_listeners\[0\] must be callable"),
        (
            "reliable_topics",
            {"t": {"read_batch_size": 0}},
            ValueError,
            r"reliable_topics\['t'\]: read_batch_size must be",
        ),
        ("reliable_topics", {"t": 1}, TypeError, r"reliable_topics\['t'\] must be a ReliableTopicConfig"),
        ("labels", ["a", None], TypeError, r"labels\[1\] must be a string"),
        ("invocation_timeout", float("nan"), ValueError, "must be a number greater than 0, not nan"),
        ("operation_backup_timeout", 0, ValueError, "must be a number greater than 0, not 0"),
        ("address_translator", 5, TypeError, "must be a mapping of addresses or a callable"),
        ("address_translator", {"a:x": "b:1"}, ValueError, "a key of address_translator: 'a:x' is not an address"),
        ("address_translator", {"a:1": ("b", 0)}, ValueError, r"address_translator\['a:1'\]\[1\] must be an integer"),
        ("address_translator", {"a:1": 5}, TypeError, r'must be an Address, "host:port" or \(host, port\), not 5'),
        ("max_message_size", 1.5, TypeError, "must be an integer from 1024 to"),
        ("load_balancer", "random", TypeError, "must be a LoadBalancer, not 'random'"),
        ("ssl_protocol", "SSLv3", ValueError, r"SSLProtocol \(TLSv1_2=4, TLSv1_3=5\), not 'SSLv3'"),
        ("ssl_password", 5, TypeError, "must be a string, bytes or a callable that returns one, not int"),
        ("ssl_context", "x", TypeError, "must be an ssl.SSLContext"),
        ("creds_password", b"secret", TypeError, "must be a string, not bytes$"),
        ("token_provider", "secret", TypeError, r"must be an object with a method token\(address\), not str$"),
        ("cloud_discovery_token", 5, TypeError, "must be a string, not int"),
        ("cloud_discovery_url", "file:///etc/passwd", ValueError, "must be a URL that begins with https:// or http://"),
        ("flake_id_generators", {1: {}}, TypeError, "a key of flake_id_generators must be a string"),
        ("flake_id_generators", {"a": 5}, TypeError, "must be a FlakeIdGeneratorConfig or a mapping of its options"),
        (
            "flake_id_generators",
            {"a": {"prefetch_count": 0}},
            ValueError,
            r"\['a'\]: prefetch_count must be an integer",
        ),
        ("near_caches", {1: {}}, TypeError, "a key of near_caches must be a string"),
        ("near_caches", {"a": 5}, TypeError, "must be a NearCacheConfig or a mapping of its options"),
        (
            "near_caches",
            {"a": {"time_to_live": -1}},
            ValueError,
            r"\['a'\]: time_to_live must be a number of at least 0",
        ),
        ("near_caches", {"a": {"eviction_max_size": 0}}, ValueError, r"eviction_max_size must be an integer from 1 to"),
        ("near_caches", {"a": {"eviction_policy": "FIFO"}}, ValueError, r"EvictionPolicy \(NONE=0, LRU=1, LFU=2"),
        ("near_caches", {"a": {"in_memory_format": 2}}, ValueError, r"InMemoryFormat \(BINARY=0, OBJECT=1\), not 2"),
        ("near_caches", {"a": {"max_idl": 2}}, InvalidConfigurationError, "Did you mean max_idle"),
        ("flake_id_generators", {"a": {"count": 1}}, InvalidConfigurationError, r"\['a'\]: There is no option 'count'"),
    ],
)
def test_refused_values(name: str, value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as by_keyword:
        Config.from_dict({name: value})
    with pytest.raises(error, match=message):
        setattr(Config(), name, value)
    assert str(by_keyword.value).removeprefix("a key of ").startswith(name)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("cluster_nam", "cluster_name"), ("_cluster_name", "cluster_name"), ("heart_beat_interval", "heartbeat_interval")],
)
def test_unknown_options_are_refused_with_a_suggestion(name: str, nearest: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=f"There is no option '{name}'. Did you mean {nearest}?"):
        Config.from_dict({name: "x"})
    with pytest.raises(InvalidConfigurationError, match="There is no option"):
        setattr(Config(), name, "x")


def test_an_option_like_no_other_has_no_suggestion() -> None:
    with pytest.raises(InvalidConfigurationError, match=r"^There is no option 'zzz'\.$"):
        Config.from_dict({"zzz": 1})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"heartbeat_timeout": 5}, r"heartbeat_timeout \(5.0\) must be greater than heartbeat_interval \(5.0\)"),
        ({"heartbeat_interval": 61}, "heartbeat_timeout"),
        ({"retry_max_backoff": 0.5}, r"retry_max_backoff \(0.5\) must be at least retry_initial_backoff \(1.0\)"),
        ({"ssl_cafile": "x"}, "ssl_cafile has no effect without ssl_enabled=True"),
        ({"ssl_enabled": True, "ssl_keyfile": "x"}, "ssl_keyfile needs ssl_certfile, too"),
        (
            {"ssl_enabled": True, "ssl_context": SSLContext(PROTOCOL_TLS_CLIENT), "ssl_check_hostname": False},
            "configure it instead of giving ssl_check_hostname",
        ),
        ({"creds_username": "x"}, "creds_username needs creds_password, too"),
        (
            {"creds_username": "x", "creds_password": "y", "token_provider": BasicTokenProvider()},
            "token_provider and creds_username exclude each other",
        ),
        (
            {"cloud_discovery_token": "x", "cluster_members": ["a"]},
            "cluster_members and cloud_discovery_token exclude each other",
        ),
    ],
)
def test_contradictions_are_refused(options: ConfigKeywords, message: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=message):
        Config(**options)
    config = Config()
    for name, value in options.items():
        setattr(config, name, value)
    with pytest.raises(InvalidConfigurationError, match=message):
        Config.resolve(config, {})


def test_resolve() -> None:
    config = Config(cluster_name="one")
    resolved = Config.resolve(config, {})
    config.cluster_name = "two"
    assert resolved.cluster_name == "one"
    assert Config.resolve(None, {"cluster_name": "three"}).cluster_name == "three"
    assert Config.resolve(None, {}).cluster_name == "dev"
    with pytest.raises(InvalidConfigurationError, match=r"either config or the options.*cluster_name"):
        Config.resolve(config, {"cluster_name": "x"})
    not_a_config: Any = {"cluster_name": "x"}
    with pytest.raises(TypeError, match="config must be a Config or None"):
        Config.resolve(not_a_config, {})


def test_address_translator_from_a_mapping() -> None:
    translate = Config(
        address_translator={"10.0.0.1:5701": "localhost:1", "10.0.0.2": "localhost:2"}
    ).address_translator
    assert translate is not None
    assert translate(Address("10.0.0.1", 5701)) == Address("localhost", 1)
    assert translate(Address("10.0.0.2", 5701)) == Address("localhost", 2)
    assert translate(Address("10.0.0.3", 5701)) == Address("10.0.0.3", 5701)
    pairs = {("10.0.0.1", 5701): ("localhost", 1)}
    translate = Config(address_translator=pairs).address_translator
    assert translate is not None
    assert translate(Address("10.0.0.1", 5701)) == Address("localhost", 1)


def test_address_translator_as_a_callable() -> None:
    def translate(address: Address) -> Address:
        return Address("proxy", address.port)

    assert Config(address_translator=translate).address_translator is translate


def test_listeners_and_socket_options_are_kept() -> None:
    config = Config(
        membership_listeners=[(print, None), (None, print)],
        lifecycle_listeners=[print],
        socket_options=[(1, 2, 3), (1, 2, b"\0")],
    )
    assert config.membership_listeners == ((print, None), (None, print))
    assert config.lifecycle_listeners == (print,)
    assert config.socket_options == ((1, 2, 3), (1, 2, b"\0"))
