import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(404 if self.path == "/missing" else 200, {"path": self.path})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(201, {"sum": sum(body)})

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):
        print("server:", format % args)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
with urllib.request.urlopen(base + "/hello?x=1") as response:
    print(response.status, response.headers["Content-Type"], json.load(response))
with urllib.request.urlopen(base + "/sum", data=b"[1, 2, 3]") as response:
    print(response.status, response.read())
try:
    urllib.request.urlopen(base + "/missing")
except urllib.error.HTTPError as error:
    print(error.code, error.reason)
    error.close()
server.shutdown()
server.server_close()
