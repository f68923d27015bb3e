import sys
import warnings

print(warnings.filters, sys.warnoptions, warnings.defaultaction, warnings.onceregistry)
warnings.warn("by default shown here", DeprecationWarning)
warnings.warn("of the user")
warnings.warn("never shown", PendingDeprecationWarning)
warnings.warn("resource", ResourceWarning)


def old():
    warnings.warn("the caller's", DeprecationWarning, stacklevel=2)


for _ in range(3):
    old()
print("\d", 1 is 1, globals().get("__warningregistry__", {}).keys())
assert (True, "always")
open(__file__)
warnings.simplefilter("error")
old()
