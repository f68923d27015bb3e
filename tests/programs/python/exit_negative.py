import sys

try:
    quit()
except SystemExit as error:
    print("quit() gives", error.code)
sys.exit(-1)
