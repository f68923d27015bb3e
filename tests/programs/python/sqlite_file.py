import sqlite3
from contextlib import closing

with closing(sqlite3.connect("notes.db")) as db, db:
    db.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, blob BLOB)")
    db.execute("INSERT INTO note (body, blob) VALUES (?, ?)", ("naïve ✍", bytes(range(4))))

with closing(sqlite3.connect("notes.db")) as db:
    print(db.execute("SELECT * FROM note").fetchall())
    print(db.execute("PRAGMA integrity_check").fetchone())

with open("notes.db", "rb") as file:
    print(file.read(15))
