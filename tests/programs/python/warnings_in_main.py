import warnings


def old():
    warnings.warn("old() is deprecated, use new()", DeprecationWarning, stacklevel=2)


old()
warnings.warn("disk is nearly full")
for _ in range(3):
    warnings.warn("shown once", UserWarning)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    old()
print(len(caught), caught[0].category.__name__)
warnings.simplefilter("error")
try:
    old()
except DeprecationWarning as error:
    print("as an error:", error)
