import random
import secrets
import uuid

state = random.getstate()
print(state[0], len(state[1]), random.getstate() == state, len({secrets.token_hex(), secrets.token_hex()}))
random.seed("fixed")
print(random.random(), random.sample(range(100), 3), uuid.uuid5(uuid.NAMESPACE_URL, "x"), len(set(map(hash, "abc"))))
