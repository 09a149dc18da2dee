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
    ``where``: those of the rows alone that it holds for, in no column's order.
    """

    type = Text()
    inherit_cache = True
    name = "json_list"

    def __init__(self, column: ColumnElement[Any], *, where: ColumnElement[bool] | None = None) -> None:
        super().__init__(*(one for one in (column, where) if one is not None))


@compiles(json_list, "sqlite")
def _in_sqlite(element: json_list, compiler: SQLCompiler, **given: Any) -> str:
    column, only = _parts(element, compiler, **given)
    return f"json_group_array({column}){only}"


@compiles(json_list, "postgresql")
def _in_postgresql(element: json_list, compiler: SQLCompiler, **given: Any) -> str:
    # As text: the driver would read it with the standard library, which is slower.
    column, only = _parts(element, compiler, **given)
    return f"coalesce((json_agg({column}){only})::text, '[]')"


def _parts(element: json_list, compiler: SQLCompiler, **given: Any) -> tuple[str, str]:
    column, *where = (compiler.process(clause, **given) for clause in element.clauses)
    return column, f" FILTER (WHERE {where[0]})" if where else ""
