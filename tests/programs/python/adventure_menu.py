import os
import sys
import time

ROOMS = {
    "hall": {"north": "library", "item": "lamp"},
    "library": {"south": "hall", "east": "garden", "item": "book"},
    "garden": {"west": "library"},
}


def type_out(text):
    for letter in text:
        sys.stdout.write(letter)
        sys.stdout.flush()
        time.sleep(0.0005)
    print()


def main():
    room, bag = "hall", []
    columns = os.get_terminal_size().columns if sys.stdout.isatty() else 40
    print("=" * columns)
    while True:
        type_out(f"You are in the {room}.")
        match input("> ").lower().split():
            case ["go", direction] if direction in ROOMS[room]:
                room = ROOMS[room][direction]
            case ["go", direction]:
                print(f"You cannot go {direction}.")
            case ["take", item] if ROOMS[room].get("item") == item:
                bag.append(ROOMS[room].pop("item"))
            case ["quit"]:
                break
            case words:
                print("I do not understand", words)
    print("Your bag:", ", ".join(bag) or "empty")


main()
