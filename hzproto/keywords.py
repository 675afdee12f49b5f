"""The options of a client as keywords, for type checkers: programs run without this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from hzproto.config import (
    AddressTable,
    AddressTranslator,
    Factories,
    FlakeIdGeneratorConfig,
    IntType,
    LifecycleListener,
    MembershipListener,
    NearCacheConfig,
    OverloadPolicy,
    Password,
    ReconnectMode,
    ReliableTopicConfig,
    SocketOption,
    SSLProtocol,
)
from hzproto.security import TokenProvider
from hzproto.serialization.api import CompactSerializer, IdentifiedDataSerializable, Portable, StreamSerializer
from hzproto.serialization.portable.classdef import ClassDefinition
from hzproto.util import LoadBalancer

if TYPE_CHECKING:
    from ssl import SSLContext
else:
    SSLContext = object  # as in the configuration


class ConfigKeywords(TypedDict, total=False):
    """The options of :class:`Config` as keywords."""

    cluster_members: Sequence[str]
    cluster_name: str
    client_name: str | None
    connection_timeout: float
    socket_options: Sequence[SocketOption]
    redo_operation: bool
    smart_routing: bool
    async_start: bool
    reconnect_mode: ReconnectMode | int | str
    retry_initial_backoff: float
    retry_max_backoff: float
    retry_jitter: float
    retry_multiplier: float
    cluster_connect_timeout: float
    is_big_endian: bool
    default_int_type: IntType | int | str
    data_serializable_factories: Factories[IdentifiedDataSerializable]
    portable_factories: Factories[Portable]
    portable_version: int
    class_definitions: Sequence[ClassDefinition]
    check_class_definition_errors: bool
    compact_serializers: Sequence[CompactSerializer[Any] | type[Any]]
    custom_serializers: Mapping[type[Any], type[StreamSerializer]]
    global_serializer: type[StreamSerializer] | None
    allow_pickle: bool
    membership_listeners: Sequence[MembershipListener]
    lifecycle_listeners: Sequence[LifecycleListener]
    reliable_topics: Mapping[str, ReliableTopicConfig | Mapping[str, Any]]
    labels: Sequence[str]
    heartbeat_interval: float
    heartbeat_timeout: float
    invocation_timeout: float
    invocation_retry_pause: float
    shuffle_member_list: bool
    backup_ack_to_client_enabled: bool
    operation_backup_timeout: float
    fail_on_indeterminate_operation_state: bool
    cp_direct_to_leader_routing: bool
    address_translator: AddressTable | AddressTranslator | None
    max_message_size: int
    load_balancer: LoadBalancer | None
    ssl_enabled: bool
    ssl_cafile: str | None
    ssl_certfile: str | None
    ssl_keyfile: str | None
    ssl_password: Password | None
    ssl_protocol: SSLProtocol | int | str
    ssl_ciphers: str | None
    ssl_check_hostname: bool
    ssl_context: SSLContext | None
    creds_username: str | None
    creds_password: str | None
    token_provider: TokenProvider | None
    cloud_discovery_token: str | None
    cloud_discovery_url: str
    use_public_ip: bool
    statistics_enabled: bool
    statistics_period: float
    max_in_flight: int | None
    overload_policy: OverloadPolicy | int | str
    event_queue_capacity: int
    flake_id_generators: Mapping[str, FlakeIdGeneratorConfig | Mapping[str, Any]]
    near_caches: Mapping[str, NearCacheConfig | Mapping[str, Any]]
