"""Runs a program through Runtray with requests, and prints its output as it arrives."""
import json
import os
import sys

import requests

URL = os.environ.get("RUNTRAY_URL", "http://localhost:5000")


def run(code, **fields):
    """The whole answer: output, error, status, files. A program that fails is an answer, too."""
    answer = requests.post(f"{URL}/execute", json={"code": code, **fields}, timeout=60)
    if not answer.ok:
        sys.exit(answer.json()["error"])
    return answer.json()


def stream(code, **fields):
    """Pairs of an event and its data, as they happen."""
    headers = {"Accept": "text/event-stream"}
    with requests.post(f"{URL}/execute", json={"code": code, **fields}, headers=headers, stream=True, timeout=60) as answer:
        answer.raise_for_status()
        event = ""
        # A small chunk: requests waits until one is full.
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                yield event, json.loads(value)


if __name__ == "__main__":
    result = run("print(6 * 7)")
    print(result["status"], result["output"], end="")
    for event, data in stream("import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.2)"):
        if event == "stdout":
            print(data["data"], end="", flush=True)
        elif event == "finished":
            print(data["status"])
