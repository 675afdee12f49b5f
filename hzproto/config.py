"""The configuration of a client: every option, its default, what it may be and what it means.

:class:`Config` is the table of the options. Clients take a `Config` or the options as keywords, which
:class:`hzproto.keywords.ConfigKeywords` types.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

from hzproto.checks import (
    Check,
    boolean,
    function,
    integer,
    list_of,
    mapping_of,
    non_negative,
    number,
    one_of,
    optional,
    positive,
    refusal,
    subclass_of,
    text,
    tuple_of,
)
from hzproto.core import Address, MemberInfo, parse_address
from hzproto.errors import InvalidConfigurationError
from hzproto.options import Option, Options, group
from hzproto.security import TokenProvider
from hzproto.serialization.api import CompactSerializer, IdentifiedDataSerializable, Portable, StreamSerializer
from hzproto.serialization.kinds import IntType as IntType  # noqa: PLC0414 - belongs to the options
from hzproto.util import LoadBalancer

if TYPE_CHECKING:
    from ssl import SSLContext
    from typing import Unpack

    from hzproto.keywords import ConfigKeywords
    from hzproto.serialization.portable.classdef import ClassDefinition
else:
    SSLContext = object  # those who have one have imported ssl, others need not

FactoryT = TypeVar("FactoryT")


class ReconnectMode(IntEnum):
    """What a client does when it has lost its last connection to the cluster."""

    OFF = 0
    """It shuts down."""
    ON = 1
    """It reconnects, and operations wait for that."""
    ASYNC = 2
    """It reconnects, and operations fail with ClientOfflineError meanwhile."""


class SSLProtocol(IntEnum):
    """Versions of TLS, by the numbers of the official client; older ones than these are broken."""

    TLSv1_2 = 4
    TLSv1_3 = 5


class OverloadPolicy(IntEnum):
    """What becomes of an operation while `max_in_flight` others are in flight."""

    WAIT = 0
    """It is sent when others have ended; its time limit runs meanwhile."""
    RAISE = 1
    """It fails with HazelcastOverloadError."""


class IndexType(IntEnum):
    """What an index of a map is good for."""

    SORTED = 0
    """For ranges and equality."""
    HASH = 1
    """For equality."""
    BITMAP = 2
    """For attributes that have few different values or many at once; of one attribute."""


class UniqueKeyTransformation(IntEnum):
    """What a bitmap index makes of its unique keys."""

    OBJECT = 0
    """It numbers them, whatever they are."""
    LONG = 1
    """It takes them as integers of 64 bits."""
    RAW = 2
    """They are integers already and are used as they are."""


class QueryConstants(StrEnum):
    """Attributes that every entry has."""

    KEY_ATTRIBUTE_NAME = "__key"
    THIS_ATTRIBUTE_NAME = "this"


class TopicOverloadPolicy(IntEnum):
    """What publishing to a reliable topic does when its ringbuffer is full of messages that have not expired."""

    DISCARD_OLDEST = 0
    """It overwrites the oldest message, even if not every listener has got it."""
    DISCARD_NEWEST = 1
    """It does not publish the new message."""
    BLOCK = 2
    """It waits until messages expire."""
    ERROR = 3
    """It raises TopicOverloadError."""


class InMemoryFormat(IntEnum):
    """How a near cache keeps values."""

    BINARY = 0
    """Serialized: each read gets an object of its own."""
    OBJECT = 1
    """As objects: all reads of an entry get the same one, which they must not change."""


class EvictionPolicy(IntEnum):
    """Which entry leaves a near cache that is full."""

    NONE = 0
    """None: the near cache has no limit, and `eviction_max_size` no effect."""
    LRU = 1
    """One that was not used for long."""
    LFU = 2
    """One that was seldom used."""
    RANDOM = 3
    """Any."""


class LocalUpdatePolicy(IntEnum):
    """What a write of this client does to its near cache."""

    INVALIDATE = 0
    """It drops the entry, which the next read brings back."""
    CACHE_ON_UPDATE = 1
    """It puts the written value there. For maps whose members store what is written as it is: without interceptors."""


class NearCacheConfig(Options):
    """The options of a near cache; durations are in seconds."""

    invalidate_on_change = Option[bool, bool](
        True,
        boolean,
        "Whether members tell of changes by others. Without that only the two times below bound how old an entry gets.",
    )
    in_memory_format = Option[InMemoryFormat, InMemoryFormat | int | str](
        InMemoryFormat.BINARY, one_of(InMemoryFormat), "How values are kept; a value or a name."
    )
    time_to_live = Option[float | None, float | None](
        None, optional(non_negative), "How long an entry may be used; None and 0: without limit."
    )
    max_idle = Option[float | None, float | None](
        None, optional(non_negative), "How long an entry may be unused before it is dropped; None and 0: without limit."
    )
    eviction_policy = Option[EvictionPolicy, EvictionPolicy | int | str](
        EvictionPolicy.LRU, one_of(EvictionPolicy), "Which entry makes room for a new one; a value or a name."
    )
    eviction_max_size = Option[int, int](10_000, integer(1, 2**31 - 1), "How many entries there may be.")
    eviction_sampling_count = Option[int, int](
        8, integer(1, 2**31 - 1), "Of how many entries, chosen at random, the one to evict is found."
    )
    eviction_sampling_pool_size = Option[int, int](
        16, integer(1, 2**31 - 1), "How many of those are remembered for the next time."
    )
    local_update_policy = Option[LocalUpdatePolicy, LocalUpdatePolicy | int | str](
        LocalUpdatePolicy.INVALIDATE,
        one_of(LocalUpdatePolicy),
        "What a write of this client does; a value or a name. In replicated maps it always drops the entry.",
    )
    serialize_keys = Option[bool, bool](
        False,
        boolean,
        "Whether entries are found by the serialized form of all keys; otherwise strings, ints and UUIDs are faster.",
    )
    max_tolerated_miss_count = Option[int, int](
        10,
        integer(0, 2**31 - 1),
        "How many invalidations of a partition may be lost before its entries are dropped. Maps only.",
    )
    reconciliation_interval = Option[float, float](
        60.0,
        non_negative,
        "How long entries of a partition may be used without its owner's word on how many invalidations there were; "
        "0: for ever. Maps only.",
    )
    preloader_directory = Option[str | None, str | None](
        None,
        optional(text),
        "Where the keys are stored, for the next client of the same map to load their values when it starts. "
        "None: they are not.",
    )
    preloader_store_initial_delay = Option[float, float](
        600.0, positive, "When the keys are stored first: so long after the near cache came into use."
    )
    preloader_store_interval = Option[float, float](600.0, positive, "How often they are stored from then on.")


class ReliableTopicConfig(Options):
    """The options of a reliable topic."""

    read_batch_size = Option[int, int](
        10, integer(1, 1000), "How many messages a listener reads at once at most, if there are that many."
    )
    overload_policy = Option[TopicOverloadPolicy, TopicOverloadPolicy | int | str](
        TopicOverloadPolicy.BLOCK, one_of(TopicOverloadPolicy), "What publishing does when the topic is full."
    )


SocketOption: TypeAlias = tuple[int, int, int | bytes]
MemberListener: TypeAlias = Callable[[MemberInfo], object]
MembershipListener: TypeAlias = tuple[MemberListener | None, MemberListener | None]
LifecycleListener: TypeAlias = Callable[[str], object]
AddressLike: TypeAlias = Address | str | tuple[str, int]
AddressTranslator: TypeAlias = Callable[[Address], Address]
AddressTable: TypeAlias = (  # three, because the key type of a Mapping is invariant
    Mapping[str, AddressLike] | Mapping[Address, AddressLike] | Mapping[tuple[str, int], AddressLike]
)

Password: TypeAlias = str | bytes | Callable[[], str | bytes]

Factories: TypeAlias = Mapping[int, Mapping[int, type[FactoryT]]]
"""From factory ids to mappings of class ids to classes."""

DEFAULT_PORT: Final = 5701
DISCOVERY_URL: Final = "https://api.cloud.hazelcast.com"
_INT32: Final = integer(-(2**31), 2**31 - 1)
_PORT: Final = integer(1, 65535)


def _member_address(name: str, value: object) -> str:
    member = text(name, value)
    try:
        parse_address(member, DEFAULT_PORT)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return member


def _address(name: str, value: object) -> Address:
    if isinstance(value, Address):
        return value
    if isinstance(value, str):
        return parse_address(_member_address(name, value), DEFAULT_PORT)
    host, port = tuple_of(2, 'an Address, "host:port" or (host, port)')(name, value)
    return Address(text(f"{name}[0]", host), _PORT(f"{name}[1]", port))


def _address_translator(name: str, value: object) -> AddressTranslator:
    if not isinstance(value, Mapping):
        if not callable(value):
            raise refusal(TypeError, name, value, "a mapping of addresses or a callable")
        return cast(AddressTranslator, value)
    entries = cast(Mapping[object, object], value)
    table = {_address(f"a key of {name}", k): _address(f"{name}[{k!r}]", v) for k, v in entries.items()}
    return lambda address: table.get(address, address)


def _socket_option(name: str, value: object) -> SocketOption:
    level, option, setting = tuple_of(3, "a tuple (level, option, an integer or bytes)")(name, value)
    return (
        _INT32(f"{name}[0]", level),
        _INT32(f"{name}[1]", option),
        setting if isinstance(setting, bytes) else _INT32(f"{name}[2]", setting),
    )


def _membership_listener(name: str, value: object) -> MembershipListener:
    allowed = "a tuple (called for added members, called for removed members)"
    added, removed = tuple_of(2, allowed)(name, value)
    if added is None and removed is None:
        raise refusal(ValueError, name, value, f"{allowed} of which at most one is None")
    check = optional(function)
    return check(f"{name}[0]", added), check(f"{name}[1]", removed)


def _secret_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"{name} must be a string, not {type(value).__name__}")  # its value is nobody's business


def _password(name: str, value: object) -> Password:
    if isinstance(value, str | bytes) or callable(value):
        return cast(Password, value)
    raise TypeError(f"{name} must be a string, bytes or a callable that returns one, not {type(value).__name__}")


def _ssl_context(name: str, value: object) -> SSLContext:
    if hasattr(value, "wrap_bio"):  # without importing ssl
        return cast(SSLContext, value)
    raise refusal(TypeError, name, value, "an ssl.SSLContext")


def _token_provider(name: str, value: object) -> TokenProvider:
    if callable(getattr(value, "token", None)):
        return cast(TokenProvider, value)
    raise TypeError(f"{name} must be an object with a method token(address), not {type(value).__name__}")


def _load_balancer(name: str, value: object) -> LoadBalancer:
    if isinstance(value, LoadBalancer):
        return value
    raise refusal(TypeError, name, value, "a LoadBalancer")


def _url(name: str, value: object) -> str:
    url = text(name, value)
    if not url.startswith(("https://", "http://")):
        raise refusal(ValueError, name, value, "a URL that begins with https:// or http://")
    return url.rstrip("/")


def _class(name: str, value: object) -> type[Any]:
    if isinstance(value, type):
        return value
    raise refusal(TypeError, name, value, "a class")


def _class_definition(name: str, value: object) -> ClassDefinition:
    from hzproto.serialization.portable.classdef import ClassDefinition  # only those who give one have the package

    if isinstance(value, ClassDefinition):
        return value
    raise refusal(TypeError, name, value, "a ClassDefinition")


def _compact_serializer(name: str, value: object) -> CompactSerializer[Any] | type[Any]:
    from dataclasses import is_dataclass  # not cheap to import, and few give any

    if isinstance(value, CompactSerializer):
        return value  # pyright: ignore[reportUnknownVariableType] - of whatever it serializes
    cls: Any = value
    if isinstance(cls, type) and is_dataclass(cls):
        return cls
    raise refusal(TypeError, name, value, "a CompactSerializer or a dataclass")


def _factories(base: type[FactoryT]) -> Check[Factories[FactoryT]]:
    return mapping_of(_INT32, mapping_of(_INT32, subclass_of(base)))


class FlakeIdGeneratorConfig(Options):
    """The options of a flake id generator."""

    prefetch_count = Option[int, int](100, integer(1, 100_000), "How many ids to get from a member at once.")
    prefetch_validity = Option[float, float](
        600.0, non_negative, "How long ids may be used that were got from a member, in seconds; 0: for ever."
    )


class Config(Options):
    """The options of a client, readable and settable as attributes; durations are in seconds.

    Every value is checked at once: TypeError for a wrong type, ValueError for a wrong value,
    :class:`InvalidConfigurationError` for an option that does not exist or that contradicts another one. None is a
    value only where an option says so. Lists are kept as tuples, so that no value gets past its check. A client works
    on its own copy: changing a `Config` does not change the clients made from it.
    """

    cluster_members = Option[tuple[str, ...], Sequence[str]](
        (),
        list_of(_member_address),
        "Where to look for the cluster: `host`, `host:port` or `[IPv6 address]:port`. Without a port 5701 is tried, "
        "then 5702 and 5703. No members: 127.0.0.1.",
    )
    cluster_name = Option[str, str]("dev", text, "The name of the cluster; members refuse clients that give another.")
    client_name = Option[str | None, str | None](
        None, optional(text), "The name of the client. None: `hz.client_` and a number."
    )
    connection_timeout = Option[float, float](
        5.0, non_negative, "How long to wait for a connection to a member to open; 0: as long as the system does."
    )
    socket_options = Option[tuple[SocketOption, ...], Sequence[SocketOption]](
        (),
        list_of(_socket_option),
        "Tuples (level, option, value) as for `socket.setsockopt`, set on every connection.",
    )
    redo_operation = Option[bool, bool](
        False,
        boolean,
        "Whether to send an operation again when its connection was lost, even if it may take effect twice.",
    )
    smart_routing = Option[bool, bool](
        True, boolean, "Whether to connect to every member and send operations to the owners of their data."
    )
    async_start = Option[bool, bool](
        False,
        boolean,
        "Whether a client is there before it is connected; operations fail with ClientOfflineError until then.",
    )
    reconnect_mode = Option[ReconnectMode, ReconnectMode | int | str](
        ReconnectMode.ON, one_of(ReconnectMode), "What to do when the last connection is lost; a value or a name."
    )
    retry_initial_backoff = Option[float, float](
        1.0, non_negative, "The wait after the first round of failed attempts to connect to the cluster."
    )
    retry_max_backoff = Option[float, float](
        30.0, non_negative, "The longest wait between rounds of attempts; at least `retry_initial_backoff`."
    )
    retry_jitter = Option[float, float](
        0.0, number("a number from 0 to 1", lambda n: 0 <= n <= 1), "The part of each wait that is random, from 0 to 1."
    )
    retry_multiplier = Option[float, float](
        1.05,
        number("a number of at least 1", lambda n: n >= 1),
        "The factor by which each wait is longer than the last.",
    )
    cluster_connect_timeout = Option[float, float](
        -1.0,
        number("-1 or a number of at least 0", lambda n: n == -1 or n >= 0),
        "How long to try to connect to the cluster before giving up; -1: for ever.",
    )
    is_big_endian = Option[bool, bool](True, boolean, "The byte order of serialized values; all clients need the same.")
    default_int_type = Option[IntType, IntType | int | str](
        IntType.INT, one_of(IntType), "How Python ints are serialized; a value or a name. All clients need the same."
    )
    data_serializable_factories = Option[Factories[IdentifiedDataSerializable], Factories[IdentifiedDataSerializable]](
        {},
        _factories(IdentifiedDataSerializable),
        "The classes of IdentifiedDataSerializable to read: from factory ids to mappings of class ids to classes.",
    )
    portable_factories = Option[Factories[Portable], Factories[Portable]](
        {},
        _factories(Portable),
        "The classes of Portable to read: from factory ids to mappings of class ids to classes.",
    )
    portable_version = Option[int, int](
        0, integer(0, 2**31 - 1), "The version of classes of Portable that do not give one themselves."
    )
    class_definitions = Option["tuple[ClassDefinition, ...]", "Sequence[ClassDefinition]"](
        (),
        list_of(_class_definition),
        "Definitions of classes of Portable, which are otherwise made from the first object of a class: needed where "
        "that has None for objects in it.",
    )
    check_class_definition_errors = Option[bool, bool](
        True, boolean, "Whether the definitions of all classes that `class_definitions` speak of must be given too."
    )
    compact_serializers = Option[
        tuple[CompactSerializer[Any] | type[Any], ...], Sequence[CompactSerializer[Any] | type[Any]]
    ](
        (),
        list_of(_compact_serializer),
        "The serializers of compact objects, and dataclasses that are compact by their annotations. A dataclass that "
        "is not named here is compact too, unless another option takes it, but is read as a GenericRecord until one "
        "was written.",
    )
    custom_serializers = Option[Mapping[type[Any], type[StreamSerializer]], Mapping[type[Any], type[StreamSerializer]]](
        {},
        mapping_of(_class, subclass_of(StreamSerializer)),
        "The serializers of types that have no serialized form of their own, and of their subclasses.",
    )
    global_serializer = Option[type[StreamSerializer] | None, type[StreamSerializer] | None](
        None, optional(subclass_of(StreamSerializer)), "The serializer of everything that has no other. None: an error."
    )
    allow_pickle = Option[bool, bool](
        False,
        boolean,
        "Whether objects that have no other serialized form are pickled, and pickled values are loaded. Loading can "
        "run any code: allow it only when all who write to the cluster are trusted.",
    )
    membership_listeners = Option[tuple[MembershipListener, ...], Sequence[MembershipListener]](
        (),
        list_of(_membership_listener),
        "Pairs of callables for members that are added and removed, each called with a MemberInfo; one may be None.",
    )
    lifecycle_listeners = Option[tuple[LifecycleListener, ...], Sequence[LifecycleListener]](
        (), list_of(function), "Callables, called with each LifecycleState that the client enters."
    )
    reliable_topics = Option[Mapping[str, ReliableTopicConfig], Mapping[str, ReliableTopicConfig | Mapping[str, Any]]](
        {},
        mapping_of(text, group(ReliableTopicConfig)),
        "The options of reliable topics, by the topics' names: a ReliableTopicConfig or a mapping each.",
    )
    labels = Option[tuple[str, ...], Sequence[str]]((), list_of(text), "Labels of the client, shown by the members.")
    heartbeat_interval = Option[float, float](
        5.0, positive, "How long a connection may be idle before the client sends something to check it."
    )
    heartbeat_timeout = Option[float, float](
        60.0,
        positive,
        "How long a member may be silent before its connection is closed; more than `heartbeat_interval`.",
    )
    invocation_timeout = Option[float, float](
        120.0, positive, "How long an operation may take, retries included, before it fails with OperationTimeoutError."
    )
    invocation_retry_pause = Option[float, float](1.0, positive, "The longest wait before an operation is sent again.")
    shuffle_member_list = Option[bool, bool](
        True, boolean, "Whether to try the members in random order when connecting, so that clients spread."
    )
    backup_ack_to_client_enabled = Option[bool, bool](
        True, boolean, "Whether backup members acknowledge to the client directly, which is faster; smart routing only."
    )
    operation_backup_timeout = Option[float, float](
        5.0, positive, "How long to wait for acknowledgements of backups after the answer itself."
    )
    fail_on_indeterminate_operation_state = Option[bool, bool](
        False,
        boolean,
        "Whether an operation fails with IndeterminateOperationStateError when its backups were not acknowledged in "
        "time; otherwise missing acknowledgements are ignored.",
    )
    cp_direct_to_leader_routing = Option[bool, bool](
        False,
        boolean,
        "Whether requests about the CP Subsystem go straight to the leader of their group (Enterprise members 5.5 and "
        "newer; others refuse the client); smart routing only.",
    )
    address_translator = Option[AddressTranslator | None, AddressTable | AddressTranslator | None](
        None,
        optional(_address_translator),
        "From the addresses that members announce to those at which this client reaches them, for NAT and proxies: "
        "a callable from Address to Address, or a mapping (keys and values Address, `host:port` or (host, port)) that "
        "leaves addresses it does not hold as they are. None: no translation.",
    )
    max_message_size = Option[int, int](
        256 * 1024 * 1024, integer(1024, 2**31 - 1), "The largest message to accept from a member, in bytes."
    )
    load_balancer = Option[LoadBalancer | None, LoadBalancer | None](
        None,
        optional(_load_balancer),
        "Chooses the member for operations that any member can carry out. None: they are taken in turn.",
    )
    ssl_enabled = Option[bool, bool](
        False,
        boolean,
        "Whether to speak TLS with the members, which have to show a certificate that is trusted and valid.",
    )
    ssl_cafile = Option[str | None, str | None](
        None, optional(text), "A PEM file of the authorities to trust. None: those that the system trusts."
    )
    ssl_certfile = Option[str | None, str | None](
        None, optional(text), "A PEM file of this client's own certificate, for members that want one (mutual TLS)."
    )
    ssl_keyfile = Option[str | None, str | None](
        None, optional(text), "A PEM file of the private key. None: it is in `ssl_certfile`."
    )
    ssl_password = Option[Password | None, Password | None](
        None,
        optional(_password),
        "The password of an encrypted private key: a string, bytes, or a callable that returns one.",
        secret=True,
    )
    ssl_protocol = Option[SSLProtocol, SSLProtocol | int | str](
        SSLProtocol.TLSv1_2, one_of(SSLProtocol), "The oldest version of TLS to accept; a value or a name."
    )
    ssl_ciphers = Option[str | None, str | None](
        None, optional(text), "The ciphers to offer for TLS 1.2, in the notation of OpenSSL. None: Python's choice."
    )
    ssl_check_hostname = Option[bool, bool](
        True,
        boolean,
        "Whether the certificate of a member has to be for the host at which the client has reached it.",
    )
    ssl_context = Option[SSLContext | None, SSLContext | None](
        None, optional(_ssl_context), "A context to use as it is, in place of all other `ssl_` options."
    )
    creds_username = Option[str | None, str | None](
        None, optional(text), "The user name for members that want to know (Enterprise); with `creds_password`."
    )
    creds_password = Option[str | None, str | None](
        None, optional(_secret_text), "The password for `creds_username`.", secret=True
    )
    token_provider = Option[TokenProvider | None, TokenProvider | None](
        None,
        optional(_token_provider),
        "Where to get the token for members that want one (Enterprise): an object with a method `token(address)`.",
    )
    cloud_discovery_token = Option[str | None, str | None](
        None,
        optional(_secret_text),
        "The token by which to ask the cloud's discovery service for the members, in place of `cluster_members`.",
        secret=True,
    )
    cloud_discovery_url = Option[str, str](DISCOVERY_URL, _url, "Where that discovery service is.")
    use_public_ip = Option[bool, bool](
        False,
        boolean,
        "Whether to reach members at the public addresses that they announce, where they do (members 4.1 and newer).",
    )

    statistics_enabled = Option[bool, bool](
        False,
        boolean,
        "Whether to send statistics to the members, for the management centre; those of the machine and the process "
        "need psutil (`pip install hzproto[stats]`).",
    )
    statistics_period = Option[float, float](3.0, positive, "How often to send them: every so many seconds.")
    max_in_flight = Option[int | None, int | None](
        None,
        optional(integer(1, 2**31 - 1)),
        "How many operations may be in flight at a time, those not counted that wait on the member by contract, such "
        "as for a lock. None: any number.",
    )
    overload_policy = Option[OverloadPolicy, OverloadPolicy | int | str](
        OverloadPolicy.WAIT, one_of(OverloadPolicy), "What becomes of more operations than that; a value or a name."
    )
    event_queue_capacity = Option[int, int](
        1_000_000,
        integer(1, 2**31 - 1),
        "How many events may wait for a listener that is slower than they come. Further ones are dropped, which is "
        "logged and counted in the metrics, until it has caught up by half.",
    )
    flake_id_generators = Option[
        Mapping[str, FlakeIdGeneratorConfig], Mapping[str, FlakeIdGeneratorConfig | Mapping[str, Any]]
    ](
        {},
        mapping_of(text, group(FlakeIdGeneratorConfig)),
        "The options of flake id generators by their names; those of others have the defaults.",
    )
    near_caches = Option[Mapping[str, NearCacheConfig], Mapping[str, NearCacheConfig | Mapping[str, Any]]](
        {},
        mapping_of(text, group(NearCacheConfig)),
        "The maps and replicated maps that have a near cache, with its options: by their names, or by patterns with "
        "`*` in place of any characters. A name counts before all patterns, a longer pattern before a shorter one.",
    )

    def __init__(self, **options: Unpack[ConfigKeywords]) -> None:
        super().__init__(**options)
        self._check_contradictions()

    @classmethod
    def resolve(cls, config: Config | None, options: ConfigKeywords) -> Config:
        """Return the checked configuration of a client that was given *config* or *options*; never *config* itself.

        Raises InvalidConfigurationError when both are given.
        """
        if config is None:
            return cls(**options)
        if not isinstance(config, Config):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may not check types
            raise refusal(TypeError, "config", config, "a Config or None")
        if options:
            raise InvalidConfigurationError(
                f"Give either config or the options as keywords, not both (given beside config: {', '.join(options)})."
            )
        own = copy.copy(config)
        own._check_contradictions()
        return own

    def _check_contradictions(self) -> None:
        # Not when one attribute is set: two that belong together are set one after the other.
        if self.retry_max_backoff < self.retry_initial_backoff:
            raise InvalidConfigurationError(
                f"retry_max_backoff ({self.retry_max_backoff}) must be at least "
                f"retry_initial_backoff ({self.retry_initial_backoff})."
            )
        if self.heartbeat_timeout <= self.heartbeat_interval:
            raise InvalidConfigurationError(
                f"heartbeat_timeout ({self.heartbeat_timeout}) must be greater than "
                f"heartbeat_interval ({self.heartbeat_interval})."
            )
        if self.cp_direct_to_leader_routing and not self.smart_routing:
            raise InvalidConfigurationError("cp_direct_to_leader_routing must be False when smart_routing is False.")
        self._check_security()
        if self._gives("cloud_discovery_token"):
            for name in ("cluster_members", "address_translator", "use_public_ip"):
                if self._gives(name):
                    raise InvalidConfigurationError(f"{name} and cloud_discovery_token exclude each other.")

    def _check_security(self) -> None:
        of_tls = [
            name for name in self.table if name.startswith("ssl_") and name != "ssl_enabled" and self._gives(name)
        ]
        if of_tls and not self.ssl_enabled:
            raise InvalidConfigurationError(f"{of_tls[0]} has no effect without ssl_enabled=True.")
        if self.ssl_context is not None and len(of_tls) > 1:
            others = ", ".join(name for name in of_tls if name != "ssl_context")
            raise InvalidConfigurationError(f"ssl_context is used as it is: configure it instead of giving {others}.")
        for name, needed in (
            ("ssl_keyfile", "ssl_certfile"),
            ("ssl_password", "ssl_certfile"),
            ("creds_username", "creds_password"),
            ("creds_password", "creds_username"),
        ):
            if self._gives(name) and not self._gives(needed):
                raise InvalidConfigurationError(f"{name} needs {needed}, too.")
        if self._gives("token_provider") and self._gives("creds_username"):
            raise InvalidConfigurationError("token_provider and creds_username exclude each other.")

    def _gives(self, name: str) -> bool:
        return bool(getattr(self, name) != self.table[name].default)


OPTIONS: Final = Config.table
"""Every option of :class:`Config` by its name."""
