import sys
import warnings

print(sys.flags, sys._xoptions, sys.warnoptions, sys.dont_write_bytecode, sys.pycache_prefix)
print(hash("the same with a seed"), warnings.filters[:2])
open(__file__)
