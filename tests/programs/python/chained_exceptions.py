class ConfigError(Exception):
    pass


def parse(text):
    return int(text)


def load(settings):
    try:
        return parse(settings["port"])
    except ValueError as error:
        raise ConfigError("port must be a number") from error


def main():
    try:
        load({"port": "eighty"})
    except ConfigError:
        {}["fallback"]


main()
