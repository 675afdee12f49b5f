"""What a member needs on this machine: Java, Hazelcast's jars from Maven Central, and classes compiled against them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

# Access to Java internals that members ask for since Java 9; without it they warn and lose metrics.
ACCESS = (
    "--add-modules=java.se",
    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.management/sun.management=ALL-UNNAMED",
    "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
)
# A member that lives for minutes starts twice as fast without the second compiler and with the simplest collector.
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

_DOWNLOAD_TIMEOUT = 600.0
_COMPILE_TIMEOUT = 300.0


class MembersUnavailable(Exception):  # noqa: N818 - nothing went wrong
    """This machine cannot run real members: Java, Maven or a jar is missing. The message says which and what to do."""


def major(version: str) -> int:
    """The first number of a version: ``major("5.3.8") == 5``."""
    return int(version.partition(".")[0])


def cache_directory() -> Path:
    """Where downloaded jars stay between runs: ``$XDG_CACHE_HOME/hzproto/jars`` or ``~/.cache/hzproto/jars``."""
    return _cache("jars")


def jars(version: str) -> list[Path]:
    """The jars of a member of this version; downloads those that the cache lacks.

    Raises MembersUnavailable when Java is missing, or a jar is missing and cannot be downloaded.
    """
    _find("java", "a Java runtime, 17 or newer (Debian: apt-get install default-jre-headless)")
    # SQL is in a jar of its own, of which Maven Central has no 4.2.8.
    artifacts = ["hazelcast-all"] if major(version) < 5 else ["hazelcast", "hazelcast-sql"]
    return [jar("com.hazelcast", artifact, version) for artifact in artifacts]


def compiled(version: str, *folders: Path) -> Path:
    """Compile the Java sources of some folders against the member's jars; the directory of the classes.

    Classes stay between runs, as long as the sources are the same. Raises MembersUnavailable when the compiler is
    missing.
    """
    sources = sorted(file for folder in folders for file in folder.rglob("*.java"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
    directory = _cache("classes") / f"{version}-{digest[:16]}"
    if not directory.exists():
        compiler = _find("javac", "a Java compiler, 17 or newer (Debian: apt-get install default-jdk-headless)")
        with _alone_in(directory.parent):
            if not directory.exists():
                _compile(compiler, jars(version), sources, directory)
    return directory


def command(
    version: str, config: Path, *, classes: tuple[Path, ...] = (), heap_mb: int, options: tuple[str, ...]
) -> list[str]:
    """The command line that runs one member with this XML configuration and further classes."""
    classpath = os.pathsep.join(map(str, [*jars(version), *classes]))
    return [
        "java",
        *ACCESS,
        *options,
        f"-Xmx{heap_mb}m",
        f"-Dhazelcast.config={config}",
        "-cp",
        classpath,
        "com.hazelcast.core.server.HazelcastMemberStarter",
    ]


def jar(group: str, artifact: str, version: str) -> Path:
    """A jar of Maven Central; downloaded if the cache lacks it. Raises MembersUnavailable when that is not possible."""
    directory = cache_directory()
    path = directory / f"{artifact}-{version}.jar"
    if path.exists():
        return path
    maven = _find("mvn", "Maven (Debian: apt-get install maven)")
    with _alone_in(directory):
        if not path.exists():
            _download(maven, f"{group}:{artifact}:{version}", path)
    return path


def _download(maven: str, coordinates: str, jar: Path) -> None:
    with tempfile.TemporaryDirectory(dir=jar.parent) as directory:
        arguments = ["-q", "-B", "dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={directory}"]
        try:
            done = subprocess.run(
                [maven, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_DOWNLOAD_TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise MembersUnavailable(f"Maven did not deliver {coordinates} in {_DOWNLOAD_TIMEOUT:.0f} s") from error
        if done.returncode:
            raise MembersUnavailable(f"Maven could not deliver {coordinates}:\n{done.stdout[-2000:].strip()}")
        # Only a complete file ever gets the final name.
        (Path(directory) / jar.name).replace(jar)


def _compile(compiler: str, jars: list[Path], sources: list[Path], directory: Path) -> None:
    with tempfile.TemporaryDirectory(dir=directory.parent) as temporary:
        made = Path(temporary) / "classes"
        options = ["-encoding", "UTF-8", "-proc:none", "-Xlint:all,-classfile,-serial", "-d", str(made)]
        done = subprocess.run(
            [compiler, *options, "-cp", os.pathsep.join(map(str, jars)), *map(str, sources)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_COMPILE_TIMEOUT,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        made.rename(directory)  # only complete ones ever get the final name


@contextmanager
def _alone_in(directory: Path) -> Generator[None, None, None]:
    """Make a directory, and let one process at a time fill it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cache(name: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hzproto" / name


def _find(program: str, what: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise MembersUnavailable(f"real members need {what}: no {program!r} on the PATH")
    return path
