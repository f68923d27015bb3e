"""``as_tool()`` in the frameworks that it is made for, called as they call a tool."""

import asyncio
import os

from autogen_core import CancellationToken
from autogen_core.tools import FunctionTool
from langchain_core.tools import tool as langchain_tool
from smolagents import tool as smolagents_tool

from runtray import AsyncRuntray, Runtray

URL = os.environ["RUNTRAY_TEST_URL"]


def test_langchain():
    made = langchain_tool(Runtray(URL).as_tool())
    assert made.name == "run_code" and "whole program" in made.description
    assert set(made.args) == {"code", "language"}
    assert made.invoke({"code": "print(6 * 7)"}) == "42"
    assert "ZeroDivisionError" in made.invoke({"code": "1/0", "language": "python"})
    coroutine = langchain_tool(AsyncRuntray(URL).as_tool())
    assert asyncio.run(coroutine.ainvoke({"code": "print(6 * 7)"})) == "42"


def test_smolagents():
    made = smolagents_tool(Runtray(URL).as_tool())
    assert (made.name, list(made.inputs), made.output_type) == ("run_code", ["code", "language"], "string")
    assert "whole program" in made.description
    assert made(code="print(6 * 7)") == "42"
    assert "is not known" in made(code="", language="cobol")


def test_autogen():
    def called(function, **arguments):
        made = FunctionTool(function, description=function.__doc__ or "")
        assert set(made.schema["parameters"]["properties"]) == {"code", "language"}
        return asyncio.run(made.run_json(arguments, CancellationToken()))

    assert called(Runtray(URL).as_tool(), code="print(6 * 7)") == "42"
    assert called(AsyncRuntray(URL).as_tool(), code="print(6 * 7)", language="py") == "42"
