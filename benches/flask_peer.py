"""The peer of `make bench`: a receiver as one would write it with Flask and OpenAI's SDK, keeping events in SQLite.

An event is committed, with a sync, before it is answered, as in Hookpost. It keeps less: no headers, no verdict, no
counts, no rejected requests.
"""

import os
import sqlite3
import sys
import threading

from flask import Flask, request
from openai import InvalidWebhookSignatureError, OpenAI

app = Flask(__name__)
client = OpenAI(api_key="unused", webhook_secret=os.environ["PEER_SECRET"])
local = threading.local()


def database():
    """One connection per thread."""
    if not hasattr(local, "connection"):
        connection = sqlite3.connect(os.environ["PEER_DATABASE"], timeout=30)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS events"
            " (id TEXT PRIMARY KEY, type TEXT NOT NULL, received_at TEXT DEFAULT CURRENT_TIMESTAMP, body BLOB NOT NULL)"
        )
        local.connection = connection
    return local.connection


@app.post("/in/flask")
def receive():
    try:
        event = client.webhooks.unwrap(request.data, request.headers)
    except (InvalidWebhookSignatureError, ValueError):
        return {"error": "invalid signature"}, 400
    with database() as transaction:
        transaction.execute(
            "INSERT OR IGNORE INTO events (id, type, body) VALUES (?, ?, ?)",
            (request.headers["webhook-id"], event.type, request.data),
        )
    return {"status": "accepted"}


database()
print("peer ready", file=sys.stderr, flush=True)
