"""What test servers of OpenAI's interface have in common."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any


class ChatServer(BaseHTTPRequestHandler):
    """Reads requests and answers them as JSON; logs nothing."""

    def question(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, reply: dict[str, Any]) -> None:
        body = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass
