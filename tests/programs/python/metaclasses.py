class PluginType(type):
    plugins = {}

    def __new__(mcs, name, bases, namespace, abstract=False):
        cls = super().__new__(mcs, name, bases, namespace)
        if not abstract:
            mcs.plugins[name.lower()] = cls
        return cls

    def __contains__(cls, name):
        return name in cls.plugins


class Plugin(metaclass=PluginType, abstract=True):
    def __init_subclass__(cls, version=1, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.version = version


class Json(Plugin):
    pass


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return self if instance is None else getattr(instance, self.name)

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive")
        setattr(instance, self.name, value)


class Item:
    __slots__ = ("_price",)
    price = Positive()

    def __getattr__(self, name):
        return f"no {name}"


class Singleton(type):
    instances = {}

    def __call__(cls, *args):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args)
        return cls.instances[cls]


class Database(metaclass=Singleton):
    pass


print(PluginType.plugins, "json" in Plugin, Json.version)
item = Item()
item.price = 5
print(item.price, item.weight)
for attempt in (lambda: setattr(item, "price", -1), lambda: setattr(item, "other", 1)):
    try:
        attempt()
    except (ValueError, AttributeError) as error:
        print(type(error).__name__)
print(Database() is Database(), type("Made", (Json,), {"x": 1}).x, "made" in Plugin)
