import sqlite3

connection = sqlite3.connect(":memory:")
connection.row_factory = sqlite3.Row
connection.executescript("""
    CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE books (
        title TEXT, year INTEGER, author_id INTEGER REFERENCES authors(id)
    );
""")
with connection:
    connection.executemany("INSERT INTO authors(name) VALUES (?)", [("Le Guin",), ("Lem",)])
    connection.executemany(
        "INSERT INTO books VALUES (:title, :year, (SELECT id FROM authors WHERE name = :author))",
        [
            {"title": "Solaris", "year": 1961, "author": "Lem"},
            {"title": "The Dispossessed", "year": 1974, "author": "Le Guin"},
            {"title": "The Left Hand of Darkness", "year": 1969, "author": "Le Guin"},
        ],
    )
query = """
    SELECT name, count(*) AS books, min(year) AS first
    FROM authors JOIN books ON books.author_id = authors.id GROUP BY name ORDER BY books DESC
"""
for row in connection.execute(query):
    print(f"{row['name']:<8} {row['books']} {row['first']}")
try:
    with connection:
        connection.execute("DELETE FROM books")
        connection.execute("INSERT INTO authors(name) VALUES ('Lem')")
except sqlite3.IntegrityError as error:
    print("rolled back:", error)
print("books left:", connection.execute("SELECT count(*) FROM books").fetchone()[0])
connection.create_function("reverse", 1, lambda text: text[::-1])
print(connection.execute("SELECT reverse(title) FROM books WHERE year < 1965").fetchone()[0])
connection.close()
