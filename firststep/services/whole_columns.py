"""Whole columns as one JSON list each: thousands of rows cost one row on their way through the driver."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class json_list(FunctionElement[str]):  # noqa: N801 - a function of SQL, named as one
    """The values of a column in all rows as JSON, in the same order for each column of one select.

    Null stays null, a day is an ISO date; a boolean is true or 1, as the database has it. Without rows it is empty.
    """

    type = Text()
    inherit_cache = True
    name = "json_list"

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)


@compiles(json_list, "sqlite")
def _in_sqlite(element: json_list, compiler: SQLCompiler, **given: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **given)})"


@compiles(json_list, "postgresql")
def _in_postgresql(element: json_list, compiler: SQLCompiler, **given: Any) -> str:
    # As text: the driver would read it with the standard library, which is slower.
    return f"coalesce(json_agg({compiler.process(element.clauses, **given)})::text, '[]')"
