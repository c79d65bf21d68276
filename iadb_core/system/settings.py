"""Settings as typed sections: bounds, default and description stand beside each field, and nowhere else."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Changes = Literal["work", "place"]
WORK: Changes = "work"  # a field that changes no result, but how work is shared out
PLACE: Changes = "place"  # a field that changes no result, but says where files lie
REQUIRED: Any = ...


class Section(BaseModel):
    """Settings that belong together. Unknown keys are refused, text is no number, and a section never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def written(self) -> dict[str, Any]:
        """All of it as JSON and YAML have it, without what is not given and has no default."""
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, warnings=False
        )  # `of` leaves lists where there are tuples

    def canonical(self, places: bool = False) -> dict[str, Any]:
        """The same without what changes no result: what a result depends on, and what Snakemake compares.

        A field that is `neutral` is left out where it has its default: a key that is new reruns nothing. places: with
        the paths of files, whose contents are compared instead.
        """
        kept, written = (None, PLACE) if places else (None,), self.written()
        return {
            key: written[key]
            for key, name, field in self._keys()
            if key in written
            and _extra(field, "changes") in kept
            and not (_extra(field, "neutral") and getattr(self, name) == field.default)
        }

    @classmethod
    def _keys(cls) -> list[tuple[str, str, FieldInfo]]:
        """Of each field its key in files, its name, which is another where that is a word of Python, and the field."""
        return [(field.alias or name, name, field) for name, field in cls.model_fields.items()]

    @classmethod
    def of(cls, canonical: Mapping[str, Any]) -> Self:
        """The section of a canonical form, or of a part of it, whose values were checked when they were read.

        To read what is not in it is an AttributeError, so that no job takes a default for what it was not told; but a
        field whose default is None, or neutral, has that.
        """
        own = {key: _of_field(field, canonical[key]) for key, _, field in cls._keys() if key in canonical}
        section = cls.model_construct(**own)
        for key, name, field in cls._keys():
            if key not in canonical and field.default is not None and not _extra(field, "neutral"):
                section.__dict__.pop(name, None)
        return section


class Unsettled(Section):
    """A choice without settings of its own."""


class OneOf(Section):
    """A section of which exactly one field is given."""

    @property
    def given(self) -> list[str]:
        """The fields that are given."""
        return [name for name in type(self).model_fields if getattr(self, name) is not None]

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.given) != 1:
            said = f"give exactly one of {', '.join(type(self).model_fields)}"
            raise PydanticCustomError("one_of", "{said}", {"said": said})
        return self


def _of_field(field: FieldInfo, value: Any) -> Any:
    """A value of a canonical form: a section within a section as one."""
    kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
    within = next((kind for kind in kinds if issubclass(kind, Section)), None)
    return within.of(value) if within and isinstance(value, Mapping) else value


def _extra(field: FieldInfo, key: str) -> Any:
    extra = field.json_schema_extra
    return extra.get(key) if isinstance(extra, dict) else None


def setting(
    default: Any,
    description: str,
    *,
    changes: Changes | None = None,
    neutral: bool = False,
    **bounds: Any,
) -> Any:
    """A field of a section. default: REQUIRED for none. bounds: `ge`, `le`, `gt`, `pattern` … of pydantic.

    changes: nothing but how work is shared out, or where a file lies; None: results. neutral: its default stands for
    what was done before there was the field.
    """
    extra: dict[str, JsonValue] | None = {"changes": changes, "neutral": neutral} if changes or neutral else None
    return Field(default, description=description, json_schema_extra=extra, **bounds)


def _distinct(values: Sequence[Any]) -> Sequence[Any]:
    if len({value if isinstance(value, Hashable) else repr(value) for value in values}) < len(values):
        raise PydanticCustomError("not_distinct", "{values} names something twice", {"values": str(list(values))})
    return values


class _Distinct:
    """A list that names nothing twice, and says so in its JSON schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_distinct, handler(source))

    def __get_pydantic_json_schema__(self, own: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(own), "uniqueItems": True}


DISTINCT = _Distinct()  # Annotated[list[int], DISTINCT]
