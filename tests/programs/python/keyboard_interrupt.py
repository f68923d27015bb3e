def work():
    print("working")
    raise KeyboardInterrupt


try:
    work()
except KeyboardInterrupt:
    print("interrupted, cleaning up")
work()
