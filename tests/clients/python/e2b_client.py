"""PyPI's e2b-code-interpreter, its address set: `E2B_DEBUG=true E2B_SANDBOX_URL=URL e2b_client.py`."""

from e2b_code_interpreter import Sandbox

PICTURE = """
import base64
picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
open("dot.png", "wb").write(base64.b64decode(picture))
"""

sandbox = Sandbox.create(debug=True)
answer = sandbox.run_code("print('hi')\nimport sys\nprint('oh', file=sys.stderr)")
assert ("".join(answer.logs.stdout), "".join(answer.logs.stderr), answer.error) == ("hi\n", "oh\n", None), answer
drawn = sandbox.run_code(PICTURE)
assert [result.text for result in drawn.results] == ["dot.png"] and drawn.results[0].png, drawn
failed = sandbox.run_code("import json\njson.loads('')")
assert failed.error.name == "json.decoder.JSONDecodeError" and "Traceback" in failed.error.traceback, failed
script = sandbox.run_code("console.log(6 * 7)", language="javascript")
assert "".join(script.logs.stdout) == "42\n" and script.error is None, script
broken = sandbox.run_code("throw new TypeError('no')", language="javascript")
assert (broken.error.name, broken.error.value) == ("TypeError", "no"), broken
stopped = sandbox.run_code("import sys; sys.exit(3)")
assert (stopped.error.name, stopped.error.value) == ("SystemExit", "3"), stopped
try:
    sandbox.create_code_context()
except Exception as refused:
    assert "Runtray has no contexts" in str(refused), refused
else:
    raise AssertionError("a context was created")
print("ok")
