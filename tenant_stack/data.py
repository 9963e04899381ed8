"""Data: the tenant's tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tenant_stack import policies
from tenant_stack.cdk import (
    Construct,
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
    Token,
)
from tenant_stack.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_stack.variables import Variables


@dataclass(frozen=True, kw_only=True)
class Key:
    """The attributes that items are found by. All are strings: times in ISO 8601 sort as text."""

    partition: str
    sort: str | None = None

    @property
    def attributes(self) -> list[str]:
        """The names of its attributes."""
        return [name for name in (self.partition, self.sort) if name]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as the application sees it."""

    name: str
    """Ends its name in AWS and is its address: one word, without hyphens, for good."""
    key: Key
    indexes: Mapping[str, Key] = field(default_factory=dict)
    """The keys of its global secondary indexes, by name; an index holds whole items."""
    expires_at: str | None = None
    """The attribute that says when AWS may remove an item (TTL, seconds since 1970)."""

    @property
    def attributes(self) -> list[str]:
        """The names of all attributes that a key consists of; DynamoDB refuses to be told of others."""
        keys = (self.key, *self.indexes.values())
        return sorted({name for key in keys for name in key.attributes})


TABLE_CAPACITY: Final = Variable(
    name="table_capacity",
    type="object({ read = optional(number), write = optional(number) })",
    description="Read and write units of each table and index; empty for on demand, paid by request.",
    default={},
    rules={
        "(var.table_capacity.read == null) == (var.table_capacity.write == null)": (
            "table_capacity must have both read and write, or neither."
        ),
        "alltrue([for units in values(var.table_capacity) : units == null ? true : units >= 1 && units <= 40000 && "
        "floor(units) == units])": "table_capacity must have whole numbers from 1 to 40000.",
    },
)

TABLES: Final = (
    Table(
        name="orders",
        key=Key(partition="order_id"),
        indexes={
            "by_customer": Key(partition="customer_id", sort="created_at"),
            "by_status": Key(partition="status", sort="created_at"),
        },
    ),
    Table(
        name="sessions",
        key=Key(partition="session_id"),
        indexes={"by_user": Key(partition="user_id")},
        expires_at="expires_at",
    ),
)


class Data(Construct):
    """The tables, encrypted with the tenant's key or AWS's own, each with 35 days of point-in-time recovery."""

    def __init__(self, scope: Construct, id_: str, *, variables: Variables, key_arn: str | None) -> None:
        super().__init__(scope, id_)
        TABLE_CAPACITY.declare(self)
        tables = {table.name: _table(self, table, variables=variables, key_arn=key_arn) for table in TABLES}
        self.statements = [policies.use_tables([table.arn for table in tables.values()])]
        self.entries = {f"tables/{name}": table.name for name, table in tables.items()}


def _table(scope: Construct, table: Table, *, variables: Variables, key_arn: str | None) -> DynamodbTable:
    read_capacity = Token.as_number("${var.table_capacity.read}")
    write_capacity = Token.as_number("${var.table_capacity.write}")
    resource = DynamodbTable(
        scope,
        table.name,
        name=f"{variables.prefix}-{table.name}",
        hash_key=table.key.partition,
        range_key=table.key.sort,
        attribute=[DynamodbTableAttribute(name=name, type="S") for name in table.attributes],
        global_secondary_index=[
            DynamodbTableGlobalSecondaryIndex(
                name=name,
                hash_key=key.partition,
                range_key=key.sort,
                projection_type="ALL",
                read_capacity=read_capacity,
                write_capacity=write_capacity,
            )
            for name, key in table.indexes.items()
        ],
        billing_mode='${var.table_capacity.read == null ? "PAY_PER_REQUEST" : "PROVISIONED"}',
        read_capacity=read_capacity,
        write_capacity=write_capacity,
        ttl=DynamodbTableTtl(attribute_name=table.expires_at, enabled=True) if table.expires_at else None,
        point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
        server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
        deletion_protection_enabled=variables.deletion_protection,
    )
    resource.override_logical_id(table.name)
    return resource
