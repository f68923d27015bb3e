"""Gives the executions of a journal times in the last hour, in their order, with more in some minutes than in others."""

import math
import sqlite3
import sys
import time

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HOUR_MS = 57 * 60_000
NEWEST_MS = 20_000


def prefix(milliseconds):
    """The part of an id that tells its time: ten digits of five bits."""
    return "".join(DIGITS[milliseconds >> shift & 31] for shift in range(45, -1, -5))


journal = sqlite3.connect(sys.argv[1])
rows = journal.execute("SELECT seq, id FROM execution ORDER BY seq").fetchall()
now = int(time.time() * 1000)
for place, (seq, name) in enumerate(rows):
    share = place / (len(rows) - 1)
    waves = share + math.sin(share * 9 * math.pi) / 64 + math.sin(share * 23 * math.pi) / 190
    started = now - NEWEST_MS - int((1 - waves) * HOUR_MS)
    journal.execute("UPDATE execution SET id = ?, started_ms = ? WHERE seq = ?", (prefix(started) + name[10:], started, seq))
journal.commit()
