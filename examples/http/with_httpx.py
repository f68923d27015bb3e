"""Runs two programs at the same time through Runtray with httpx."""
import asyncio
import os

import httpx

URL = os.environ.get("RUNTRAY_URL", "http://localhost:5000")


async def main():
    async with httpx.AsyncClient(base_url=URL, timeout=60) as client:
        programs = ["print('one')", "import sys; print(sys.stdin.read().upper())"]
        runs = [client.post("/execute", json={"code": code, "stdin": "two"}) for code in programs]
        for answer in await asyncio.gather(*runs):
            result = answer.json()
            print(result["status"], (result["output"] or result["error"]).strip())


asyncio.run(main())
