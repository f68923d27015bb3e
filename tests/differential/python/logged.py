import logging
import logging.handlers

logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(filename)s:%(lineno)d %(pathname)s %(module)s %(funcName)s %(processName)s %(threadName)s %(message)s")
logging.info("at the top")


def inside():
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("with a traceback", stack_info=True)


inside()
logging.getLogger("a.b").warning("%s", 1, 2)
logging.handlers.MemoryHandler(10, target=logging.FileHandler("late.log")).handle(logging.makeLogRecord({"msg": "at the end"}))
