"""The Flask service that Runtray replaces: the baseline of the benchmark.

It is what people had to start by hand: `python flask_service.py`. The port may be given as PORT.
"""

import os
import subprocess
import sys
import tempfile

from flask import Flask, jsonify, request
from flask_cors import CORS

TIMEOUT_SECONDS = 10

app = Flask(__name__)
CORS(app)


@app.route("/health", methods=["GET"])
def health():
    return jsonify({"status": "ok", "message": "Flask execution service running", "platform": os.name})


@app.route("/execute", methods=["POST"])
def execute_code():
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or "code" not in body:
        return jsonify({"success": False, "output": "", "error": "No code provided", "status": "error"}), 400
    with tempfile.NamedTemporaryFile(mode="w", suffix=".py", delete=False) as file:
        file.write(body["code"])
    try:
        return jsonify(run(file.name))
    finally:
        os.unlink(file.name)


def run(path):
    command = [sys.executable, path]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        error = f"Execution timed out ({TIMEOUT_SECONDS} seconds)"
        return {"success": False, "output": "", "error": error, "status": "timeout"}
    success = result.returncode == 0
    status = "completed" if success else "error"
    return {"success": success, "output": result.stdout, "error": result.stderr, "status": status}


if __name__ == "__main__":
    print("Starting the Flask service")
    app.run(host="localhost", port=int(os.environ.get("PORT", "5000")), debug=False)
