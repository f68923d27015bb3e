"""schemathesis over the service's own document: `schema.py URL`.

Programs that it makes up are run in the language `fake`, which knows none of their words. Only the stream of an assistant's
session, which never ends, is left out. `POST /execute` is tried a second time as E2B's clients ask, and `POST /mcp` as assistants do.
"""

import subprocess
import sys

URL = sys.argv[1]
CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance"


def run(*options):
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{URL}/openapi.json", "--checks", CHECKS]
    command += ["--phases", "examples,fuzzing", "--max-examples", "10", "--seed", "1", "--request-timeout", "30"]
    command += ["--suppress-health-check", "all", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout[-8000:], done.stderr[-2000:])
    if done.returncode != 0:
        sys.exit(1)


run("--exclude-operation-id", "mcp_get")
run("--include-path", "/execute", "--header", "E2b-Sandbox-Id: debug_sandbox_id")
run("--include-operation-id", "mcp_post", "--header", "Accept: application/json, text/event-stream")
print("ok")
