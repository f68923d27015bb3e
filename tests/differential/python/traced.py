import sys
import trace


def watched(n):
    total = 0
    for i in range(n):
        total += i
    return total


def local(frame, event, argument):
    print(event, frame.f_lineno, frame.f_code.co_name, frame.f_code.co_filename)
    return local


sys.settrace(local)
watched(2)
sys.settrace(None)
trace.Trace(count=0, trace=1).runfunc(watched, 1)
