try:
    huge = bytearray(1 << 60)
except (MemoryError, OverflowError) as error:
    print("MemoryError handled:", type(error).__name__)
"x" * (1 << 61)
