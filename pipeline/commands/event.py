"""`pipeline event`: what the application says of its tenants."""

from __future__ import annotations

import json
import os
from typing import IO, TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import InvalidInputError, TenantsFailedError
from pipeline.options import output_option, patience_option
from pipeline.output import OutputFormat, echo, echo_json, table
from pipeline.params import TENANT, TIER, parse_pair
from pipeline.values.event import EventType, Settlement
from pipeline.values.identifiers import Ring
from pipeline.values.signal import UNKNOWN_TENANT, Told, Verdict

if TYPE_CHECKING:
    from pipeline.usecases.events import EventHandler, Handled
    from pipeline.values.identifiers import TenantId

PAYLOAD_VARIABLE = "EVENT_PAYLOAD"


@click.group()
def command() -> None:
    """Handle what the application says of its tenants."""


@command.command()
@click.option("--payload-file", type=click.File("r", encoding="utf-8"), help="The event.  [default: $EVENT_PAYLOAD]")
@patience_option(600)
@output_option
@pass_context
def handle(context: Context, payload_file: IO[str] | None, patience: int, output: OutputFormat) -> None:
    """Make an event so: a created tenant gets its resources, a deleted one loses them.

    The event comes from a file or from the variable EVENT_PAYLOAD. Handling it again changes nothing.
    """
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.values.event import parse_event

    tenant: str = UNKNOWN_TENANT
    try:
        event = parse_event(_json(payload_file.read() if payload_file else os.environ.get(PAYLOAD_VARIABLE, "")))
        tenant = event.tenant
        handler = event_handler(context, patience=patience)
        with orderly_interrupts(context.engine):
            (done,) = context.signals.watch("event", map(handler.handle, [event]), _told)
    except InvalidInputError as error:  # nobody tries it again, and the application cannot see a red run
        context.signals.tell("event", [Told(tenant=tenant, verdict=Verdict.FAILED, reason=error.message)])
        raise
    context.github.summary(f"{event.type} of **{event.tenant}**: {done.settlement}, {done.detail}")
    if output is OutputFormat.JSON:
        echo_json(_document(done))
    else:
        echo(_text(done))
    raise_where_open([done])


@command.command()
@click.argument("type_", metavar="TYPE", type=click.Choice(EventType, case_sensitive=False))
@click.argument("tenant", type=TENANT)
@click.option("--tier", type=TIER, help="Its tier; a created tenant needs one.")
@click.option("--ring", type=click.Choice(Ring, case_sensitive=False), default=Ring.GENERAL, show_default=True)
@click.option("--input", "inputs", metavar="NAME=JSON", multiple=True, help="A value for an input, as JSON.")
@pass_context
def send(
    context: Context, type_: EventType, tenant: TenantId, tier: str | None, ring: Ring, inputs: tuple[str, ...]
) -> None:
    """Put an event on the bus, as the application does: for trying out."""
    from pipeline.values.event import Event, EventId, detail_of

    if type_ is EventType.CREATED and tier is None:
        raise InvalidInputError("a created tenant needs a tier", advice="--tier TIER")
    values = {name: _json(value) for name, value in map(parse_pair, inputs)}
    event = Event(id=EventId("new"), type=type_, tenant=tenant, time="", tier=tier or "", ring=ring, inputs=values)
    echo(f"event {context.event_bus.send(type_, detail_of(event))} is on the bus {context.settings.event_bus}")


@command.command(name="list")
@output_option
@pass_context
def list_(context: Context, output: OutputFormat) -> None:
    """List the events that came in and have no end yet."""
    found = context.event_journal.open()
    if output is OutputFormat.JSON:
        echo_json(
            [{"id": r.event.id, "type": r.event.type, "tenant": r.event.tenant, "at": r.received_at} for r in found]
        )
        return
    rows = [(recorded.event.id, recorded.event.type, recorded.event.tenant, recorded.received_at) for recorded in found]
    echo(table(("EVENT", "TYPE", "TENANT", "RECEIVED"), rows))


@command.command()
@click.option("--token", envvar="GITHUB_DISPATCH_TOKEN", prompt=True, hide_input=True, help="Better by the prompt.")
@pass_context
def connect(context: Context, token: str) -> None:
    """Give EventBridge the token by which it starts workflows: fine-grained, this repository, contents: write.

    It goes to EventBridge, which keeps it in Secrets Manager, and nowhere else.
    """
    context.event_bus.connect(token.strip())
    echo("EventBridge has the token")


def event_handler(context: Context, *, patience: float) -> EventHandler:
    """Make what handles events."""
    from pipeline.usecases.events import EventHandler

    return EventHandler(
        tools=context.tools, journal=context.event_journal, region=context.settings.region, patience=patience
    )


def raise_where_open(handled: list[Handled]) -> None:
    """Raise where an event came to no end."""
    still_open = [done for done in handled if done.settlement is Settlement.OPEN]
    if still_open:
        names = ", ".join(sorted({done.event.tenant for done in still_open}))
        raise TenantsFailedError(
            f"events of {names} came to no end: {still_open[0].detail}", advice="pipeline reconcile tries again"
        )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"not JSON: {error}", advice=f"--payload-file FILE, or {PAYLOAD_VARIABLE}") from error


def _told(done: Handled) -> Told:
    verdict = Verdict.FAILED if done.settlement is Settlement.OPEN else Verdict.SUCCEEDED
    return Told(tenant=done.event.tenant, verdict=verdict, reason=done.detail)


def _text(done: Handled) -> str:
    again = " (was handled before)" if done.was_known else ""
    return f"{done.event.tenant}: {done.event.type}: {done.settlement}: {done.detail}{again}"


def _document(done: Handled) -> dict[str, object]:
    return {
        "id": done.event.id,
        "type": done.event.type,
        "tenant": done.event.tenant,
        "settlement": done.settlement,
        "detail": done.detail,
        "was_known": done.was_known,
    }
