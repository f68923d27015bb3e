import json
from pathlib import Path

STORE = Path("todo.json")


class TodoList:
    def __init__(self):
        self.tasks = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else []

    def add(self, title):
        self.tasks.append({"title": title, "done": False})

    def complete(self, number):
        self.tasks[number - 1]["done"] = True

    def remove(self, number):
        return self.tasks.pop(number - 1)["title"]

    def show(self):
        for number, task in enumerate(self.tasks, 1):
            mark = "✓" if task["done"] else " "
            print(f"{number}. [{mark}] {task['title']}")

    def save(self):
        STORE.write_text(json.dumps(self.tasks, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


todo = TodoList()
while True:
    command, _, rest = input("> ").partition(" ")
    if command == "add":
        todo.add(rest)
    elif command == "done":
        todo.complete(int(rest))
    elif command == "remove":
        print("Removed:", todo.remove(int(rest)))
    elif command == "list":
        todo.show()
    elif command == "quit":
        break
todo.save()
