def validate(record):
    problems = []
    if not record.get("name"):
        problems.append(ValueError("name is missing"))
    if record.get("age", 0) < 0:
        problems.append(ValueError("age is negative"))
    if not isinstance(record.get("tags"), list):
        problems.append(TypeError("tags is no list"))
    if problems:
        raise ExceptionGroup("invalid record", problems)


try:
    validate({"age": -1})
except* ValueError as group:
    print("values:", [str(e) for e in group.exceptions])
except* TypeError as group:
    print("types:", [str(e) for e in group.exceptions])

error = RuntimeError("uncaught")
error.add_note("a note for whoever reads this")
raise error
