import logging

logging.warning("before any configuration")
logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s %(filename)s:%(lineno)d %(message)s", force=True)
log = logging.getLogger("shop.cart")
log.debug("adding %d items", 3)
log.info("total is %.2f €", 12.5)
handler = logging.FileHandler("shop.log", encoding="utf-8")
handler.setFormatter(logging.Formatter("%(levelname)s|%(message)s"))
log.addHandler(handler)
log.error("payment failed")
try:
    {}["card"]
except KeyError:
    log.exception("lookup failed")
logging.getLogger("quiet").setLevel(logging.CRITICAL)
logging.getLogger("quiet").error("not shown")
print("done")
