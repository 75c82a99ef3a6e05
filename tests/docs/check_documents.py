"""Checks the documents against the repository and the running programs.

usage: check_documents.py names            links, anchors, paths, identifiers, metrics and log events exist
       check_documents.py commands BUILD   console blocks, Python, TypeScript and MCP configurations run against a simulator and a gateway

In a ```console block, lines that begin with "$ " are commands and "> " continues one. A command must succeed, or end with the status of a
comment "# exit status N". Other lines are output, in order; "..." stands for anything.
"""
import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?:service|client|tests|proto|scripts|docs|\.ci)/[\w./*{},-]*")
IDENTIFIER = re.compile(r"\b[A-Z]+[a-z0-9]+[A-Z]\w*")
problems = []


def documents():
    yield from sorted(ROOT.glob("*.md"))
    for folder in ("docs", "client", "proto", "service", "tests"):
        yield from sorted((ROOT / folder).rglob("*.md"))


def source_text(*folders):
    files = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return "\n".join(path.read_text(errors="replace") for path in files if path.suffix in (".cc", ".h", ".proto"))


def anchors(markdown):
    """The anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def expand(pattern):
    """`a/{b,c}.h` as `a/b.h` and `a/c.h`."""
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if not braces:
        return [pattern]
    return [path for word in braces[1].split(",") for path in expand(pattern.replace(braces[0], word, 1))]


def check_links(document, text):
    for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "`", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists():
            problems.append(f"{document.relative_to(ROOT)}: no file {link}")
        elif anchor and anchor not in anchors(target.read_text()):
            problems.append(f"{document.relative_to(ROOT)}: no anchor {link}")


def check_names():
    sources = source_text("service", "client", "proto", "tests")
    words = set(re.findall(r"\w+", sources))
    for document in documents():
        text = FENCE.sub("", document.read_text())
        check_links(document, text)
        for code in re.findall(r"`([^`\n]+)`", text):
            name = document.relative_to(ROOT)
            if PATH.fullmatch(code):
                problems.extend(f"{name}: no path {path}" for path in expand(code) if not list(ROOT.glob(path.rstrip("/"))))
            if name.parent.name == "docs" and name.name != "api.md":
                for word in IDENTIFIER.findall(code) if re.fullmatch(r"[\w:(). ,<>]+", code) else []:
                    if word not in words:
                        problems.append(f"{name}: no identifier {word}")
    for places in re.findall(r"\| ([^|]*) \|$", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE):
        for path in re.findall(r"`([^`]+)`", places):
            if not (ROOT / path).exists() and not (ROOT / "service" / path).exists():
                problems.append(f"docs/glossary.md: no path {path}")
    check_operations(source_text("service"))


def check_operations(service):
    """docs/operations.md names exactly the metrics and log events of the gateway."""
    text = (ROOT / "docs/operations.md").read_text()
    metric = r'"((?:falcon_gateway_|grpc_server_|process_(?!id"))[a-z_]+)"'
    event = r'\blog_?(?:\.|->)(?:Info|Warning|Error|Debug|Write)\(\s*(?:level, )?"([a-z_]+)"|"(rpc_f[a-z_]+)"'
    for name, pattern in (("Metrics", metric), ("Log events", event)):
        section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]
        known = {word for match in re.findall(pattern, service) for word in ([match] if isinstance(match, str) else match) if word}
        told = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
        problems.extend(f"docs/operations.md, {name}: {word} is in one of text and code only" for word in sorted(known ^ told))


class World:
    """A simulator, a gateway before it, and a folder in which the documents' commands find what they need."""

    def __init__(self, build, folder):
        self.folder = folder
        self.running = []
        atexit.register(self.stop)
        tools = ROOT / "build/tools/node_modules/.bin"
        programs = {
            "falcon-mcp-bridge": f'case "$*" in *--self-test*) ;; *) set -- "$@" --self-test ;; esac; exec {build}/client/falcon-mcp-bridge "$@"',
            "claude": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
            # grpcurl is no package of Debian's: buf curl takes the same request by the same reflection.
            "grpcurl": 'shift; data={}; if [ "$1" = -d ]; then data=$2; shift 2; fi; as="buf curl --protocol grpc --http2-prior-knowledge"\n'
                       'case "$2" in list) $as --list-services http://$1 ;; describe) $as --list-methods http://$1 ;;\n'
                       '*) $as -d "$data" http://$1/$2 ;; esac',
        }
        bin_folder = folder / "bin"
        bin_folder.mkdir()
        for name, script in programs.items():
            (bin_folder / name).write_text(f"#!/bin/bash\nset -eu\n{script}\n")
            (bin_folder / name).chmod(0o755)
        shutil.copytree(ROOT / "client/sdk", folder / "client/sdk")
        for name in ("proto", "scripts", "CMakeLists.txt", "LICENSE"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "build").mkdir()
        (folder / "build/tools").symlink_to(ROOT / "build/tools")
        simulator = self.start([build / "tests/simulator/falcon-simulator", "--listen", "127.0.0.1:0", "--tls-self-signed", folder, "--hosts", "200",
                                "--alerts", "2000", "--vulnerabilities", "5000"])
        credentials = {"CROWDSTRIKE_CLIENT_ID": "simulator-client", "CROWDSTRIKE_CLIENT_SECRET": "simulator-secret",
                       "FALCON_BASE_URL": simulator, "VIRUSTOTAL_API_KEY": "simulator-vt-key"}
        address = self.start([build / "service/falcon-gateway", "--listen", "127.0.0.1:0", "--ca-file", folder / "ca.pem",
                              "--metrics-listen", "127.0.0.1:0", "--virustotal-base-url", simulator, "--drain-seconds", "0",
                              "--drain-delay-seconds", "0"], credentials)
        self.addresses = {"127.0.0.1:50051": address, "127.0.0.1:9464": self.logged("metrics_served")["address"]}
        self.environment = {**os.environ, "FALCON_GATEWAY_ADDRESS": address, "HOME": str(folder),
                            "PATH": f"{bin_folder}:{build}/client:{build}/service:{tools}:{os.environ['PATH']}"}

    def logged(self, event):
        """The line of an event that the gateway's log, which another thread writes, will hold."""
        for _ in range(100):
            lines = [json.loads(line) for line in (self.folder / "falcon-gateway.log").read_text().splitlines()]
            if found := [line for line in lines if line["event"] == event]:
                return found[0]
            time.sleep(0.05)
        raise TimeoutError(event)

    def start(self, command, environment=None):
        with open(self.folder / f"{pathlib.Path(command[0]).name}.log", "w") as log:
            program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **(environment or {})})
        self.running.append(program)
        return program.stdout.readline().rpartition(" ")[2].strip()

    def run(self, command, text_input=None):
        for usual, actual in self.addresses.items():
            command = command.replace(usual, actual)
        return subprocess.run(["/bin/bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environment, input=text_input,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)

    def stop(self):
        while self.running:
            program = self.running.pop()
            program.terminate()
            program.wait()


def commands_of(block):
    """Each command with its output lines."""
    commands = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif line.startswith("> "):
            commands[-1] = (f"{commands[-1][0]}\n{line[2:]}", commands[-1][1])
        else:
            commands[-1][1].append(line)
    return commands


def check_command(world, document, command, output):
    outcome = world.run(command)
    status = re.search(r"# exit status (\d+)$", command)
    if outcome.returncode != int(status[1] if status else 0):
        problems.append(f"{document}: {command}\n  ended with {outcome.returncode}: {outcome.stdout[:2000]}")
    redirected = re.search(r" >>? ", command)
    if re.match(r"(fgctl|grpcurl|buf curl|\S+/node) ", command) and not redirected and not outcome.stdout:
        problems.append(f"{document}: {command}\n  printed nothing")
    rest = outcome.stdout
    for part in (part.strip() for line in output for part in line.split("...")):
        if part not in rest:
            problems.append(f"{document}: {command}\n  printed, without `{part}`: {outcome.stdout[:2000]}")
            break
        rest = rest[rest.index(part) + len(part):]


def check_block(world, document, language, block):
    if language == "console":
        for command, output in commands_of(block):
            check_command(world, document, command, output)
    if language == "python":
        for usual, actual in world.addresses.items():
            block = block.replace(usual, actual)
        outcome = world.run("build/venv/bin/python -", block)
        if outcome.returncode or not outcome.stdout:
            problems.append(f"{document}: Python printed: {outcome.stdout}")
    if language == "typescript":
        (world.folder / "example.mts").write_text(block)
        check_command(world, document, "build/tools/node_modules/node/bin/node example.mts", [])
    if language == "json" and "mcpServers" in block:
        for server in json.loads(block)["mcpServers"].values():
            check_command(world, document, " ".join([pathlib.Path(server["command"]).name, *server["args"]]), ["All works"])


def check_commands(build):
    with tempfile.TemporaryDirectory() as folder:
        world = World(build, pathlib.Path(folder))
        # The package that Python code imports is installed by the SDK's own commands.
        blocks = [(document.relative_to(ROOT), *block) for document in sorted(documents(), key=lambda path: "sdk" not in path.parts)
                  for block in FENCE.findall(document.read_text())]
        for document, language, block in blocks:
            check_block(world, document, language, block)
        world.stop()
        if not any(language == "console" for _, language, _ in blocks):
            problems.append("no document has a console block")


if sys.argv[1] == "names":
    check_names()
else:
    check_commands(pathlib.Path(sys.argv[2]).resolve())
print("\n".join(dict.fromkeys(problems)))
sys.exit(bool(problems))
