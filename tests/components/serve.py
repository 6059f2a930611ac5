"""serve.py FOLDER ADDRESS PORT: files below FOLDER, and PUTs below /reports/, whose content types and texts are kept as lines."""
import functools
import http.server
import json
import pathlib
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode(errors="replace")
        line = {"object": self.path.removeprefix("/reports/"), "type": self.headers["Content-Type"], "text": body}
        with open(pathlib.Path(self.directory) / "reports.lines", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()


folder, address, port = sys.argv[1:]
http.server.ThreadingHTTPServer((address, int(port)), functools.partial(Handler, directory=folder)).serve_forever()
