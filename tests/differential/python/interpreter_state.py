import sys

for name in ("argv", "orig_argv", "path", "flags", "executable", "_base_executable", "prefix", "base_prefix", "exec_prefix",
             "warnoptions", "_xoptions", "dont_write_bytecode", "pycache_prefix", "meta_path", "path_hooks", "platlibdir",
             "byteorder", "implementation", "float_repr_style", "displayhook", "stdlib_module_names"):
    value = getattr(sys, name)
    print(name, "=", sorted(value) if isinstance(value, frozenset) else value if "at 0x" not in repr(value) else len(value)
          if isinstance(value, list) else value.__name__ if hasattr(value, "__name__") else type(value).__name__)
print(sys.getrecursionlimit(), sys.getswitchinterval(), sys.getdefaultencoding(), sys.getfilesystemencoding(),
      sys.getfilesystemencodeerrors(), sys.get_int_max_str_digits(), sys.gettrace(), sys.getprofile(), sys.getdlopenflags(),
      sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth(), sys.is_finalizing())
print(hasattr(sys, "ps1"), hasattr(sys, "last_value"), sys.exc_info(), sys.__interactivehook__.__module__)
