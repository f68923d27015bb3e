import select
import selectors
import socket
import threading

left, right = socket.socketpair()
left.sendall("grüezi".encode())
print(right.recv(100).decode(), select.select([right], [], [], 0)[0])
right.sendall(b"x")
print(len(select.select([left], [left], [], 1)[0]))
left.close()
right.close()

listener = socket.create_server(("127.0.0.1", 0))


def serve():
    connection, _ = listener.accept()
    with connection, connection.makefile("rw", newline="\n") as stream:
        for line in stream:
            stream.write(f"{len(line.strip())}\n")
            stream.flush()


thread = threading.Thread(target=serve)
thread.start()
with socket.create_connection(listener.getsockname()) as client, client.makefile("rw", newline="\n") as stream:
    for word in ("four", "sixsix", ""):
        stream.write(word + "\n")
        stream.flush()
        print(word, stream.readline().strip())
thread.join()
with selectors.DefaultSelector() as selector:
    selector.register(listener, selectors.EVENT_READ)
    print("pending", selector.select(timeout=0.01))
listener.close()
try:
    socket.create_connection(("127.0.0.1", 1), timeout=2)
except OSError as error:
    print(type(error).__name__)
