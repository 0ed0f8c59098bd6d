"""The house keeps its floors: imports point down only, and the core knows no world."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import decent_tui

PACKAGE = Path(decent_tui.__file__).parent

LAYERS = ["core", "storage", "net", "commands", "service", "api", "lab", "tui", "cli"]  # from the bottom up

# no asyncio, socket, threading, time, random, os or sqlite3: its inputs alone decide what the core does
PURE = {
    "array", "bisect", "collections", "contextlib", "copy", "dataclasses", "enum", "functools", "hashlib",
    "heapq", "ipaddress", "itertools", "json", "math", "operator", "re", "string", "types", "typing",
    "unicodedata", "msgspec",
}  # fmt: skip


def files(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def layer(path: Path) -> str:
    """Which layer a file belongs to: its folder in the package, or its name if it lies at the top."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, late: bool = True) -> Iterator[tuple[str, int]]:
    """Every module that the file imports anywhere in it, absolutely named, and the line; without those that
    functions import when they are called, if not `late`."""
    package = ["decent_tui", *path.relative_to(PACKAGE).parts[:-1]]
    for node in nodes(ast.parse(path.read_text(encoding="utf-8")), late):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for name in node.names:
                yield f"{base}.{name.name}", node.lineno


def nodes(tree: ast.AST, late: bool) -> Iterator[ast.AST]:
    """The tree, without the bodies of functions if not `late`."""
    for node in ast.iter_child_nodes(tree):
        if late or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from nodes(node, late)


def test_there_is_something_to_look_at() -> None:
    assert {layer(path) for path in files()} >= {"core", "storage", "net", "commands", "tui", "cli"}


@pytest.mark.parametrize("path", files(PACKAGE / "core"), ids=lambda path: path.name)
def test_the_core_imports_only_what_is_pure(path: Path) -> None:
    for module, line in imports(path):
        pure = module.split(".")[0] in PURE or module.startswith("decent_tui.core")
        assert pure, f"core/{path.name}:{line} imports {module}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    own = layer(path)
    if own == "__main__":
        return
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] != "decent_tui" or len(parts) < 2:
            continue
        target = parts[1]
        if target not in LAYERS:
            assert own == "__init__" or target == "__version__", f"{path.name}:{line} imports {module}"
        elif own != "__init__":
            assert LAYERS.index(target) <= LAYERS.index(own), f"{path.name}:{line} imports {module}"


def test_nothing_imports_the_screen_but_the_shell() -> None:
    for path in files():
        if layer(path) not in ("tui", "cli"):
            for module, line in imports(path):
                screen = module.startswith("decent_tui.tui") or module.split(".")[0] == "textual"
                assert not screen, f"{path.name}:{line}"


def test_below_the_fronts_nothing_draws() -> None:
    for path in files():
        if layer(path) in ("core", "storage", "net"):
            for module, line in imports(path):
                assert not module.startswith("rich"), f"{path.name}:{line}"


def test_no_file_imports_itself_by_way_of_others() -> None:
    modules = {
        ".".join(("decent_tui", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in files()
    }
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, path in modules.items():
        for module, _ in imports(path, late=False):
            target = module if module in modules else module.rpartition(".")[0]
            if target in modules:
                sorter.add(name, target)
    sorter.prepare()  # raises CycleError, which names the files
