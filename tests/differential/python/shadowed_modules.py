import random
import sys

print(random.choice([7]), "random" in sys.modules, "site" in sys.modules, "sitecustomize" in sys.modules, "usercustomize" in sys.modules)
import json

print(json.__file__)
