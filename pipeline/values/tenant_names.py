"""How a tenant's resources are named: what the template's texts make of any tenant's id, and whose id a name has.

A text of the template such as `${var.application}-${var.tenant_id}-orders` is a pattern: where it stands in a value
with this tenant's id, the value names this tenant; with another id it names somebody else. The tenants `acme` and
`acme-eu` are told apart by what follows the id, for a pattern always matches whole names. The patterns are those of all
tiers, for the other tenants are of all tiers. A name that a module or a function makes stands in no text of the
template: the plan has it, and it is a pattern once the id is taken out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pipeline.values.addresses import ResourceMode
from pipeline.values.json_texts import texts_in
from pipeline.values.manifest import TENANT_ID_VARIABLE
from pipeline.values.template_texts import Part, filled, marked, marked_parts, parts
from pipeline.values.workspace import variable_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.json_types import Json
    from pipeline.values.manifest import Manifest, TierManifest
    from pipeline.values.plan import Plan
    from pipeline.values.tenant import Tenant

TENANT_EXPRESSION: Final = f"var.{TENANT_ID_VARIABLE}"
ANY_TENANT: Final = "[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
ACCOUNT_EXPRESSION: Final = re.compile(r"data\.aws_caller_identity\.\w+\.account_id")
ACCOUNT: Final = r"\d{12}"
# Attributes whose values stand in ARNs.
NAMING: Final = re.compile(r"name|bucket|identifier|.+_(?:name|identifier)")
ANYTHING: Final = r"[^\s\"',:/]+"
WORD: Final = re.compile(r"[^A-Za-z0-9]+")
UNKNOWN: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
INSIDE: Final = "[A-Za-z0-9_-]"
"""A character of a name: a pattern matches only where none of them comes before or after it."""


@dataclass(frozen=True, kw_only=True)
class ForeignName:
    """A place in a text that names somebody else's resource."""

    text: str
    tenant: str
    """The id that stands there."""
    is_certain: bool
    """Whether the pattern has words on both sides of the id, so that it is a tenant's name and no other."""


def whole_word(text: str) -> str:
    """Give the regular expression for a text that is not a part of a longer word."""
    return f"(?<![A-Za-z0-9]){re.escape(text)}(?![A-Za-z0-9])"


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A text of the template that has the tenant's id in it."""

    type: str
    """The type of the resource that it is from."""
    before: str
    after: str
    """Regular expressions for what stands around the id."""
    is_certain: bool
    example: str
    """The text with `\\0` for the tenant's id."""

    def whose(self, tenant: str) -> re.Pattern[str]:
        """Give the expression that finds the text with an id, or any, in the group `tenant`."""
        return re.compile(f"{self.before}(?P<tenant>{tenant}){self.after}")

    @cached_property
    def anyones(self) -> re.Pattern[str]:
        """Finds the text with any id."""
        return self.whose(ANY_TENANT)


class TenantNames:
    """The names that a template gives to a tenant's resources."""

    def __init__(self, tenant: Tenant, manifest: Manifest) -> None:
        self._tenant = tenant.tenant_id
        self._tier = manifest.tier(tenant.tier)
        self._values = _known_values(tenant, self._tier)
        others = (tier for name, tier in manifest.tiers.items() if name != tenant.tier)
        made = [_Patterns(self._values).of(self._tier.texts)]
        made += [_Patterns(_known_values(tenant, tier)).of(tier.texts) for tier in others]
        self.patterns = tuple(dict.fromkeys(pattern for patterns in made for pattern in patterns))
        self._own = self._finding_own(self.patterns)

    def foreign(self, text: str, planned: tuple[Pattern, ...] = ()) -> Iterator[ForeignName]:
        """List where a text names another tenant's resources, by the template's patterns and those of a plan."""
        yield from self._foreign(text, self.patterns, self._own)
        # What the plan itself calls this tenant's must not excuse what the template says is another's.
        yield from self._foreign(text, planned, (*self._own, *self._finding_own(planned)))

    def replaced(self, text: str, word: str) -> str:
        """Put a word in place of the tenant's id wherever a text has a name of the tenant."""
        spans = {match.span("tenant") for own in self._own for match in own.finditer(text)}
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + word + text[end:]
        return word if text == self._tenant else text

    def has_word(self, word: str) -> bool:
        """Tell whether a word stands in the template's texts, or in a value that is put into them."""
        texts = (part.text for text in texts_in([*self._tier.texts.values()]) for part in parts(text))
        values = (value for expression, value in self._values.items() if expression != TENANT_EXPRESSION)
        return any(word in WORD.split(text) or f"-{word}-" in f"-{text}-" for text in (*texts, *values))

    def texts_of(self, address: str) -> Iterator[Json]:
        """Give the template's texts of a resource as this tenant gets them, with a mark for what is not known yet."""
        for text in self._tier.texts.get(address.partition("[")[0], ()):
            document, expressions = marked(text)
            yield filled(document, expressions, lambda expression: self._values.get(expression, UNKNOWN))

    def planned(self, plan: Plan) -> tuple[Pattern, ...]:
        """Give the patterns of names that a plan has and the template's texts have not."""
        if self.has_word(self._tenant):  # a name can have such a word without being this tenant's
            return ()
        names = (
            (change.type, name)
            for change in plan.changes
            if change.mode is ResourceMode.MANAGED
            for attribute, name in (change.after or {}).items()
            if NAMING.fullmatch(attribute) and isinstance(name, str) and self.replaced(name, "") == name
        )
        patterns = _Patterns(self._values)
        return tuple(
            dict.fromkeys(found for kind, name in names for found in patterns.of_name(kind, name, self._tenant))
        )

    def _foreign(
        self, text: str, patterns: tuple[Pattern, ...], own: tuple[re.Pattern[str], ...]
    ) -> Iterator[ForeignName]:
        for pattern in patterns:
            for match in pattern.anyones.finditer(text):
                is_own = any(finding.match(text, match.start()) for finding in own)
                if match["tenant"] != self._tenant and not is_own:
                    yield ForeignName(text=match[0], tenant=match["tenant"], is_certain=pattern.is_certain)

    def _finding_own(self, patterns: tuple[Pattern, ...]) -> tuple[re.Pattern[str], ...]:
        return tuple(pattern.whose(re.escape(self._tenant)) for pattern in patterns)


class _Patterns:
    """Makes patterns of texts, with the values that a tenant has for the expressions in them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def of(self, texts_by_address: Mapping[str, tuple[str, ...]]) -> Iterator[Pattern]:
        """Give the patterns of a template's texts."""
        for address, texts in texts_by_address.items():
            kind = address.removeprefix("data.").partition(".")[0]
            for document, expressions in map(marked, texts):
                for leaf in texts_in(document):
                    yield from self._pattern(kind, list(marked_parts(leaf, expressions)))

    def of_name(self, kind: str, name: str, tenant: str) -> Iterator[Pattern]:
        """Give the pattern of a name that has a tenant's id in it."""
        for found in re.finditer(whole_word(tenant), name):
            before, after = name[: found.start()], name[found.end() :]
            texts = ((before, False), (TENANT_EXPRESSION, True), (after, False))
            yield from self._pattern(kind, [Part(text=t, is_expression=e) for t, e in texts if t])

    def _pattern(self, kind: str, parts: list[Part]) -> Iterator[Pattern]:
        """Take the first place of the id; a text that has nothing but the id says nothing about names."""
        place = next((i for i, p in enumerate(parts) if p.is_expression and p.text == TENANT_EXPRESSION), None)
        if place is None:
            return
        before, after = parts[:place], parts[place + 1 :]
        worded = [any(_has_words(part) or self._is_known(part) for part in side) for side in (before, after)]
        if not any(worded):
            return
        yield Pattern(
            type=kind,
            before=_edge(before[:1], 0, "(?<!{})") + "".join(map(self._matching, before)),
            after="".join(map(self._matching, after)) + _edge(after[-1:], -1, "(?!{})"),
            is_certain=all(worded),
            example="".join(map(self._example, parts)),
        )

    def _is_known(self, part: Part) -> bool:
        return part.is_expression and bool(self._values.get(part.text))

    def _matching(self, part: Part) -> str:
        if not part.is_expression:
            return re.escape(part.text)
        if part.text == TENANT_EXPRESSION:
            return "(?P=tenant)"
        if part.text in self._values:
            return re.escape(self._values[part.text])
        return ACCOUNT if ACCOUNT_EXPRESSION.fullmatch(part.text) else ANYTHING

    def _example(self, part: Part) -> str:
        if not part.is_expression:
            return part.text
        return "\0" if part.text == TENANT_EXPRESSION else self._values.get(part.text, "x")


def _known_values(tenant: Tenant, tier: TierManifest) -> Mapping[str, str]:
    """Give the values of the variables that can stand in a text, by the expression for them."""
    defaults = {name: variable.default for name, variable in tier.variables.items()}
    known = defaults | variable_values(tenant, tier)
    return {f"var.{name}": str(value) for name, value in known.items() if isinstance(value, str)}


def _edge(outermost: list[Part], position: int, lookaround: str) -> str:
    """Where a text begins or ends inside a name, the name must begin or end there too."""
    if outermost and not outermost[0].is_expression and not re.match(INSIDE, outermost[0].text[position]):
        return ""
    return lookaround.format(INSIDE)


def _has_words(part: Part) -> bool:
    return not part.is_expression and re.search(r"[A-Za-z0-9]", part.text) is not None
