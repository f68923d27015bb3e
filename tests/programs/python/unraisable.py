class Resource:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        raise RuntimeError(f"could not release {self.name}")


resource = Resource("handle")
del resource
print("the program goes on")
