def outer(value):
    return inner(value) + (
        1
    )


def inner(value):
    try:
        return {"a": [value["missing"]["key"]]}
    except KeyError as error:
        error.add_note("a note")
        raise ValueError("chained") from error


class Thing:
    def __getattr__(self, name): raise AttributeError(name) ; x = 1


try:
    outer({})
finally:
    Thing().anything
