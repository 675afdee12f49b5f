"""What the layers may know of each other and of the world, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hatch_build import COMPILED

ROOT = Path(__file__).parents[2]
CORE = sorted(path for path in (ROOT / "hzproto").rglob("*.py"))
ADAPTERS = ["sync", "asyncio", "gevent", "twisted"]

RUNNERS = {"hzproto.testing.runner"}
"""The only modules of the core's package that do I/O."""

WORLD = {
    *("asyncio", "concurrent", "datetime", "gevent", "greenlet", "multiprocessing", "os", "queue", "sched", "secrets"),
    *("select", "selectors", "signal", "socket", "socketserver", "ssl", "subprocess", "threading", "time", "twisted"),
    *("uvloop", "_thread"),
}
"""I/O, clocks, threads, and other sources of what cannot be repeated."""

# From left to right; each layer may import itself and those before it. The vocabulary of `checks`, `errors` and the
# like belongs to all.
LAYERS = [
    {"checks", "errors", "core", "later", "lifecycle", "events", "metrics", "transaction", "security", "util"},
    {"wire.frames"},
    {"wire", "messages"},
    {"options", "config", "keywords", "serialization", "predicate", "aggregator", "projection"},
    {"ops"},
    {"cluster", "cp", "near_cache"},
    {"structures", "surface", "future", "proxy", "scheduled", "sql"},
    {"testing", "exporters", "db"},
]


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(node: ast.AST) -> Iterator[str]:
    """The modules that are imported at run time, at the top or inside functions."""
    for child in ast.iter_child_nodes(node):
        if is_type_checking(child):
            assert isinstance(child, ast.If)
            for other in child.orelse:
                yield from imports(other)
        elif isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            assert child.module is not None
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        else:
            yield from imports(child)


def layer_of(module: str) -> int | None:
    """The layer of a module of the package, None for others and for the package itself."""
    parts = module.split(".")
    if parts[0] != "hzproto" or len(parts) == 1:
        return None
    for length in (2, 1):
        name = ".".join(parts[1 : 1 + length])
        for index, layer in enumerate(LAYERS):
            if name in layer:
                return index
    return None


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_does_no_io_and_reads_no_clock(path: Path) -> None:
    if name_of(path) in RUNNERS:
        return
    world = {module.partition(".")[0] for module in imports(tree_of(path))} & WORLD
    if name_of(path).startswith(("hzproto.serialization.", "hzproto.db.")):  # dates and times are values too
        world.discard("datetime")
        attributes = {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
        assert attributes.isdisjoint({"now", "today", "utcnow"})
    assert not world


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_randomness_is_injected(path: Path) -> None:
    """Nothing but `random.Random` is used of `random`, and no UUID is made up."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random":
            assert node.attr == "Random"
        if isinstance(node, ast.ImportFrom) and node.module in ("random", "uuid"):
            assert {alias.name for alias in node.names} <= {"Random", "UUID"}


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_layers_know_only_those_before_them(path: Path) -> None:
    module = name_of(path)
    if path.parent == ROOT / "hzproto" and path.name == "__init__.py":
        return
    own = layer_of(module)
    assert own is not None, f"{module} belongs to no layer: add it to LAYERS"
    later = {name for name in imports(tree_of(path)) if (layer_of(name) or 0) > own}
    assert not later


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_no_adapter_is_known_to_the_core(path: Path) -> None:
    assert not any(module.startswith("hzproto_") for module in imports(tree_of(path)))


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_adapters_are_import_roots_that_know_no_protocol(adapter: str) -> None:
    root = ROOT / "adapters" / adapter
    package = f"hzproto_{adapter}"
    assert not (root / "__init__.py").exists()
    assert [path.name for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"] == [package]
    for path in (root / package).rglob("*.py"):
        for module in imports(tree_of(path)):
            assert not module.startswith(("hzproto.wire", "hzproto.messages", "hzproto.serialization")), path
            assert not module.startswith("hzproto_") or module.partition(".")[0] == package, path


def test_the_adapters_folder_is_no_package() -> None:
    assert not (ROOT / "adapters" / "__init__.py").exists()


def code_lines(path: Path) -> int:
    """The lines that hold code: no blank lines, comments or docstrings."""
    tree = tree_of(path)
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            end = node.end_lineno if not hasattr(node, "body") else node.lineno
            lines.update(range(node.lineno, (end or node.lineno) + 1))
    return len(lines)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_adapters_are_thin(adapter: str) -> None:
    package = ROOT / "adapters" / adapter / f"hzproto_{adapter}"
    modules = package.glob("*.py")  # in its `structures` classes are only declared
    limit = 950 if adapter == "sync" else 600  # threads bring their own loop over sockets
    assert sum(code_lines(path) for path in modules) <= limit


@pytest.mark.parametrize("package", ["hzproto", *(f"adapters/{adapter}/hzproto_{adapter}" for adapter in ADAPTERS)])
def test_packages_say_that_they_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()


def test_heirs_of_compiled_classes_are_compiled() -> None:
    compiled = [ROOT / source for source in COMPILED]
    classes = {node.name for path in compiled for node in tree_of(path).body if isinstance(node, ast.ClassDef)}
    for path in [*CORE, *(ROOT / "adapters").rglob("hzproto_*/*.py")]:
        heirs = [
            f"{path}: {node.name}"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ClassDef) and any(base in classes for base in map(base_name, node.bases))
        ]
        assert path in compiled or not heirs, "mypyc lets no interpreted class inherit from a compiled one"


def base_name(node: ast.expr) -> str:
    return ast.unparse(node).partition("[")[0]
