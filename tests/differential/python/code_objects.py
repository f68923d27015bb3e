import ast
import dis
import symtable
import sys
import tokenize


def function(a):
    return [a for a in range(a)]


module = sys._getframe().f_code
print(module.co_filename, module.co_name, module.co_firstlineno, module.co_names, module.co_flags, sys._getframe().f_lineno)
print(list(module.co_lines())[:5], function.__code__.co_filename, function.__module__, function.__globals__ is globals())
dis.dis(function)
source = open(__file__).read()
print(ast.dump(ast.parse(source, __file__))[:300], symtable.symtable(source, __file__, "exec").get_symbols()[:2])
print([token.string for token in tokenize.generate_tokens(open(__file__).readline)][:12], sys._getframe().f_back)
