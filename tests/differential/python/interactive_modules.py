import code
import cmd
import getpass
import pydoc
import sys

print(pydoc.render_doc(sys.modules["__main__"], renderer=pydoc.plaintext))
try:
    print(getpass.getpass("Password: "))
except EOFError as error:
    print(repr(error))


class Shell(cmd.Cmd):
    """A shell."""

    def do_hello(self, rest):
        """Says hello."""
        print("hello", rest)

    def do_EOF(self, rest):
        return True


Shell().cmdloop()
code.interact(banner="", exitmsg="bye")
