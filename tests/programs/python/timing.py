import cProfile
import io
import pstats
import timeit

join = timeit.timeit("''.join(parts)", setup="parts = ['x'] * 100", number=200)
print(join > 0, len(timeit.repeat("1 + 1", repeat=3, number=10)))


def slow(n):
    return sum(i * i for i in range(n))


profile = cProfile.Profile()
profile.enable()
slow(1000)
profile.disable()
text = io.StringIO()
pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats("slow")
print("(slow)" in text.getvalue().replace("\\", "/"))
