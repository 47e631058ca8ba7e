"""Who may import whom, and how long a file or a function may be."""

import ast
from collections.abc import Iterator

from tests.rules.sources import APP, ROOT, sources

LONGEST_FUNCTION, LONGEST_FILE = 40, 330  # lines
# Who may import whom. Everything may read the settings.
LAYERS: dict[str, set[str]] = {
    "settings": set(),
    "models": set(),
    "auth": {"models"},
    "notify": {"models", "auth"},  # what is told goes through the policy
    "reading": {"auth", "models"},
    "lists": {"auth", "models"},
    "files": {"models"},
    "exports": {"auth", "lists", "models", "notify"},
    "resolvers": {"auth", "exports", "files", "lists", "models", "notify", "reading.page"},  # a read names its page
    "transport": set(),  # HTTP and sockets know no table and no rule
    "schema": {"resolvers", "reading", "auth", "lists", "models"},
    "demo": {"auth", "models", "notify", "transport.playground"},
    "pages": {"auth", "models", "notify", "resolvers", "schema.messages", "transport"},
    "main": {"auth", "exports", "files", "models", "notify", "pages", "reading", "resolvers", "schema", "transport"},
    "reference": {"auth", "schema", "transport"},
    "cli": {"demo", "main", "models", "notify", "reference", "resolvers", "schema", "transport"},
}


def imported(tree: ast.Module) -> Iterator[str]:
    """The modules below `app` that a file names, without the `app.`; nothing is imported relatively."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "relative imports hide the layer"
            if node.module == "app":
                yield from (alias.name for alias in node.names)
            elif node.module.startswith("app."):
                yield from (f"{node.module}.{alias.name}".removeprefix("app.") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("app.") for alias in node.names if alias.name.startswith("app."))


def test_imports_run_one_way() -> None:
    wrong = []
    for path, tree in sources():
        layer = path.relative_to(APP).parts[0].removesuffix(".py")
        if layer == "__init__":
            continue
        allowed = {layer, "settings", "__version__", *LAYERS[layer]}
        for name in imported(tree):
            if not any(name == each or name.startswith(f"{each}.") for each in allowed):
                wrong.append(f"{path.relative_to(ROOT)} imports app.{name}")
    assert wrong == []


def test_graphql_stays_out_of_the_model_and_the_resolvers() -> None:
    for path, tree in sources():
        layer = path.relative_to(APP).parts[0]
        names = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        if layer in ("models", "resolvers", "notify"):
            assert "strawberry" not in names, path
        if layer in ("models", "notify"):
            assert "graphql" not in names, path


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path, tree in sources()
        if any(isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") for node in ast.walk(tree))
    ]
    assert readers == []


# Sizes.


def test_functions_and_files_stay_small() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, functions) and node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    long += [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path, _ in sources()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert long == []
