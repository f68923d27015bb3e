import itertools
import time

for n in itertools.count():
    print("tick", n)
    time.sleep(0.01 if n < 3 else 60)
