"""terraform or tofu: one small function per verb, and the only place that reads their exit codes."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.adapters.process import Completed, Processes
from pipeline.errors import EngineError, EngineMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.json_types import JsonObject

BINARY_VARIABLE: Final = "TERRAFORM_BINARY_NAME"
PROJECT_TOOLS: Final = ".tools/bin"
PLAN_FILE: Final = "tenant.tfplan"
APPLY_LOG: Final = "apply.jsonl"
"""What the last apply in a directory said: what became of one whose orchestrator is gone is read from it."""
PROTECTION_LOG: Final = "protection.jsonl"
"""What the apply said that lifted deletion protection before another apply or a destroy."""
ENGINE_RECORD: Final = "engine.json"
"""Which process works on a directory's state, while one does."""
STATE_RESCUE_FILE: Final = "errored.tfstate"
WORKS_ON_THE_STATE: Final = frozenset({"plan", "apply", "state"})

# What a terraform process may know of our environment. Out: TF_VAR_*, TF_CLI_ARGS*, TF_DATA_DIR, TF_WORKSPACE, which
# would make a run depend on who started it.
PASSED: Final = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_REATTACH_PROVIDERS", "RUNNER_TRACKING_ID", "GOGC",
    "GOMAXPROCS",
})  # fmt: skip
PASSED_PREFIXES: Final = ("AWS_", "TF_TOKEN_", "TF_REGISTRY_")
AUTOMATION: Final = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
# Go collects garbage when the heap has grown by this many percent; Go's own default is 100. The processes live for
# less than a second: measured, 200 saves a plan 10 % of the engine's CPU time for 8 MB more of memory.
GARBAGE_COLLECTION: Final = "200"

# Go takes every core for each process, and pays for it with threads that look for work in vain: of the engine's CPU
# time, a process that keeps to its share of the cores saves another 8 % (measured, four at a time on two cores).
CORES: Final = os.cpu_count() or 1

# The frame around a diagnostic in plain output.
FRAME: Final = str.maketrans(dict.fromkeys("╷│╵", " "))
LONGEST_OUTPUT: Final = 800

# What the engine says where a workspace's hand-made `.terraform` is not good enough for it.
NEEDS_INIT: Final = (
    "Backend initialization required",
    "Inconsistent dependency lock file",
    "Missing required provider",
    "Module not installed",
    "Required plugins are not installed",
    "Required provider",
    'please run "terraform init"',
    "Could not load plugin",
    "Missing or corrupted provider plugins",
)


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """An error or a warning that the engine gave."""

    severity: str
    summary: str
    detail: str
    address: str | None
    file: str | None

    def __str__(self) -> str:
        where = f" ({self.address})" if self.address else ""
        detail = " ".join(self.detail.split())
        return f"{self.summary}{where}: {detail}" if detail else f"{self.summary}{where}"


class EngineCommandError(EngineError):
    """A command of the engine failed; carries its diagnostics."""

    def __init__(self, verb: str, directory: Path, diagnostics: tuple[Diagnostic, ...], raw: str) -> None:
        errors = [str(d) for d in diagnostics if d.severity == "error"] or [_essence(raw) or "no output"]
        super().__init__(f"{verb} failed in {directory}: {'; '.join(errors)}")
        self.verb = verb
        self.directory = directory
        self.diagnostics = diagnostics
        self.text = f"{raw} {self.message}"

    @property
    def needs_init(self) -> bool:
        """Tell whether the engine asks for an init."""
        return asks_for_init(self.text)


@dataclass(frozen=True, kw_only=True)
class ApplySummary:
    """What an apply did, in the engine's own count."""

    added: int
    changed: int
    removed: int


class Engine:
    """The engine on this machine: `terraform`, or `tofu` where TERRAFORM_BINARY_NAME says so."""

    def __init__(self, project: Path, environment: Mapping[str, str] | None = None) -> None:
        self._project = project
        self._given = os.environ if environment is None else environment
        self._processes = Processes()

    @property
    def interrupted(self) -> bool:
        """Whether no process is started any more."""
        return self._processes.interrupted

    def interrupt(self) -> int:
        """Start no process from now on and ask those that run, once, to end in order; tells how many run."""
        return self._processes.interrupt()

    @cached_property
    def binary(self) -> str:
        """Path of the engine's executable; raises EngineMissingError where there is none."""
        wanted = self._wanted
        path = os.pathsep.join([str(self._project / PROJECT_TOOLS), self._given.get("PATH", "")])
        found = shutil.which(wanted, path=path)
        if found is None:
            raise EngineMissingError(
                f"{wanted} is not on PATH",
                advice=f"install terraform or OpenTofu (scripts/setup tries it), or set {BINARY_VARIABLE}",
            )
        return found

    def require(self) -> None:
        """Raise EngineMissingError where there is no engine: an operation must not find that out half-way."""
        _ = self.binary

    @property
    def name(self) -> str:
        """Which engine it is: `terraform` or `tofu`."""
        return "tofu" if "tofu" in Path(self._wanted).name else "terraform"

    @property
    def _wanted(self) -> str:
        return self._given.get(BINARY_VARIABLE) or "terraform"

    @cached_property
    def version(self) -> str:
        """The engine's version, such as `1.11.4`."""
        done = self._run(["version", "-json"], self._project)
        return str(json.loads(done.stdout)["terraform_version"])

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment that every process of the engine gets."""
        passed = {k: v for k, v in self._given.items() if k in PASSED or k.startswith(PASSED_PREFIXES)}
        if (config := passed.get("TF_CLI_CONFIG_FILE")) and not Path(config).is_file():
            del passed["TF_CLI_CONFIG_FILE"]  # the engine would only warn, in the middle of its output
        return {"GOGC": GARBAGE_COLLECTION, **passed, **AUTOMATION}

    def init(self, directory: Path, *extra: str) -> None:
        """Initialise a directory."""
        self._checked(["init", "-input=false", "-no-color", *extra], directory)

    def get_modules(self, directory: Path) -> None:
        """Install a directory's modules, and nothing else."""
        self._checked(["get", "-no-color"], directory)

    def validate(self, directory: Path) -> tuple[Diagnostic, ...]:
        """List what is wrong in a directory's config; nothing where it is sound."""
        done = self._run(["validate", "-json", "-no-color"], directory)
        try:
            found = tuple(_diagnostic(d) for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error")
        except (ValueError, KeyError):
            found = ()
        if done.exit_code != 0 and not found:
            raise EngineCommandError("validate", directory, (), done.stderr or done.stdout)
        return found

    def plan(self, directory: Path, *extra: str) -> None:
        """Save a plan of a directory in its plan file.

        It takes no lock: it writes no state, and the apply of a plan whose state was changed since is refused as stale.
        """
        self._checked(["plan", "-input=false", "-json", "-lock=false", f"-out={PLAN_FILE}", *extra], directory)

    def apply(self, directory: Path, *extra: str, log: str = APPLY_LOG) -> ApplySummary:
        """Apply the saved plan of a directory: exit code 0 and a summary of the apply, or an error."""
        done = self._checked(["apply", "-input=false", "-json", *extra, PLAN_FILE], directory, log=directory / log)
        summary = apply_summary(done.stdout)
        if summary is None:
            raise EngineCommandError("apply", directory, (), "the engine gave no summary of the apply")
        return summary

    def show_plan(self, directory: Path) -> str:
        """Give the saved plan of a directory as the engine's documented JSON, not parsed: numbers lose by it."""
        return self._checked(["show", "-json", "-no-color", PLAN_FILE], directory).stdout

    def push_state(self, directory: Path, file: str) -> None:
        """Upload a state file to a directory's backend."""
        self._checked(["state", "push", file], directory)

    def _checked(self, arguments: Sequence[str], directory: Path, log: Path | None = None) -> Completed:
        record = directory / ENGINE_RECORD if arguments[0] in WORKS_ON_THE_STATE else None
        done = self._run(arguments, directory, log, record)
        if done.exit_code != 0:
            raise EngineCommandError(arguments[0], directory, diagnostics(done.stdout), done.stderr or done.stdout)
        return done

    def _run(
        self, arguments: Sequence[str], directory: Path, log: Path | None = None, record: Path | None = None
    ) -> Completed:
        share = max(1, CORES // (self._processes.running + 1))
        environment = {"GOMAXPROCS": str(share), **self.environment}
        return self._processes.run(
            [self.binary, *arguments], directory=directory, environment=environment, log=log, record=record
        )


def apply_summary(stdout: str) -> ApplySummary | None:
    """Read what an apply did out of its `-json` output; None where it did not come to its end."""
    for event in _events(stdout):
        if event.get("type") == "change_summary" and event["changes"].get("operation") in {"apply", "destroy"}:
            changes = event["changes"]
            return ApplySummary(added=changes["add"], changed=changes["change"], removed=changes["remove"])
    return None


def diagnostics(stdout: str) -> tuple[Diagnostic, ...]:
    """Read the diagnostics out of an engine's `-json` output."""
    return tuple(_diagnostic(event["diagnostic"]) for event in _events(stdout) if event.get("type") == "diagnostic")


def asks_for_init(text: str) -> bool:
    """Tell whether the engine asks for an init in what it says."""
    return any(phrase in text for phrase in NEEDS_INIT)


def _diagnostic(document: JsonObject) -> Diagnostic:
    return Diagnostic(
        severity=document["severity"],
        summary=document["summary"],
        detail=document.get("detail", ""),
        address=document.get("address") or (document.get("snippet") or {}).get("context"),
        file=(document.get("range") or {}).get("filename"),
    )


def _essence(raw: str) -> str:
    """Give what plain output says from its first error on, or its end where it tells of none."""
    text = " ".join(raw.translate(FRAME).split())
    start = text.find("Error: ")
    return text[-LONGEST_OUTPUT:] if start < 0 else text[start:][:LONGEST_OUTPUT]


def _events(stdout: str) -> Iterator[JsonObject]:
    """Lines that are not JSON can stand among the events: crash output, prints of a provider."""
    for line in stdout.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event
