import runpy
import sys

if __name__ == "__main__":
    names = runpy.run_path(__file__, run_name="again")
    print(sorted(names), names["__file__"], names["__name__"], names["__loader__"], names["__spec__"])
    print(runpy.run_module("main", run_name="module")["__spec__"].name, sys.argv)
    exec(compile(open(__file__).read(), __file__, "exec"), {"__name__": "executed", "__file__": __file__})
    runpy.run_module("nowhere")
else:
    print("run as", __name__, sys.argv[0])
