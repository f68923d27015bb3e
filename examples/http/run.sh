#!/bin/sh
# Runs a program through Runtray with curl: the whole answer, then a stream, then files in and out.
set -eu
url=${RUNTRAY_URL:-http://localhost:5000}
json='Content-Type: application/json'

curl -sS --fail-with-body "$url/execute" -H "$json" -d '{"code": "print(6 * 7)"}'
echo
curl -sSN --fail-with-body "$url/execute" -H "$json" -H 'Accept: text/event-stream' \
    -d '{"code": "import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.2)"}'
curl -sS --fail-with-body "$url/execute" -H "$json" \
    -d '{"code": "open(\"out.txt\", \"w\").write(open(\"in.txt\").read() * 2)", "files": [{"path": "in.txt", "content": "ab"}]}'
echo
