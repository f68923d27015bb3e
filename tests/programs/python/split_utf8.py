import os
import time

for byte in "ä€🎈\n".encode():
    os.write(1, bytes([byte]))
    time.sleep(0.002)
