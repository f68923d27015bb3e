import ast
import code
import operator

print(eval("2 ** 10 + len(name)", {"name": "four"}))
scope = {}
exec("def triple(n):\n    return n * 3\nresult = triple(14)", scope)
print(scope["result"])
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.USub: operator.neg}


def safe_eval(node):
    if isinstance(node, ast.Expression):
        return safe_eval(node.body)
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](safe_eval(node.left), safe_eval(node.right))
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](safe_eval(node.operand))
    raise ValueError(f"{type(node).__name__} is not allowed")


for text in ("1 + 2 * -3", "(4 - 1) / 2", "__import__('os')", "1 +"):
    try:
        print(text, "=", safe_eval(ast.parse(text, mode="eval")))
    except (ValueError, SyntaxError) as error:
        print(text, "->", type(error).__name__)
print(ast.literal_eval("{'a': [1, (2, 3)], 'b': None}"), ast.unparse(ast.parse("x=1+ 2")))
try:
    exec(compile("a = 1\nb = a / 0", "<generated>", "exec"))
except ZeroDivisionError as error:
    print(error.__traceback__.tb_next.tb_lineno, error.__traceback__.tb_next.tb_frame.f_code.co_filename)
console = code.InteractiveInterpreter()
console.runsource("40 + 2")
