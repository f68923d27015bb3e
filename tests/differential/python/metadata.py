import importlib.metadata
import site
import sysconfig

print(sorted({(one.metadata["Name"], one.version) for one in importlib.metadata.distributions()}))
print(site.ENABLE_USER_SITE, site.getsitepackages(), site.getusersitepackages(), site.PREFIXES)
print(sysconfig.get_paths(), sysconfig.get_platform(), sysconfig.get_default_scheme())
importlib.metadata.version("no-such-distribution")
