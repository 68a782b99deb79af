"""`python -m rates_double --port PORT`: rates of today in the form of ExchangeRate-API's open access.

The rates are made up, and stay the same from day to day.
"""

import argparse
import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PATH: Final = "/v6/latest/USD"
RATES: Final = (
    '{"USD": 1, "EUR": 0.86, "GBP": 0.76, "RUB": 80.5, "CNY": 7.1, "INR": 88.7, "JPY": 154.2, "BRL": 5.35, '
    '"TRY": 42.2, "IDR": 16650, "UAH": 42.1}'
)


class Publisher(BaseHTTPRequestHandler):
    """Answers everybody the same."""

    def do_GET(self) -> None:
        """The rates."""
        if self.path != PATH:
            self.send_error(404)
            return
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=1, microsecond=0)
        answer = {
            "result": "success",
            "time_last_update_unix": int(midnight.timestamp()),
            "base_code": "USD",
            "rates": json.loads(RATES),
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until it is ended."""
    parser = argparse.ArgumentParser(description="Publish rates of currencies.")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    server = ThreadingHTTPServer(("127.0.0.1", port), Publisher)
    print(f"ready http://127.0.0.1:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
