import os
import resource
import signal

print(open("/proc/self/cmdline", "rb").read(), open("/proc/self/comm").read())
print(sorted(open("/proc/self/environ", "rb").read().split(b"\0")))
wanted = "Umask Uid Gid Groups Threads SigQ SigPnd ShdPnd SigBlk SigIgn SigCgt CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp"
for line in open("/proc/self/status"):
    if line.split(":")[0] in wanted.split() and not line.startswith("SigQ"):
        print(line.rstrip())
print(open("/proc/self/limits").read())
for name in sorted(name for name in dir(resource) if name.startswith("RLIMIT_")):
    print(name, resource.getrlimit(getattr(resource, name)))
print(os.getpid() == os.getpgid(0), os.getpid() == os.getsid(0), os.getppid() == os.getpgid(os.getppid()), os.nice(0))
print(os.sched_getaffinity(0), os.sched_getscheduler(0), open("/proc/self/oom_score_adj").read(), open("/proc/self/timerslack_ns").read())
print(sorted({line.split()[4] for line in open("/proc/self/mountinfo")}), os.readlink("/proc/self/exe"), os.readlink("/proc/self/root"))
print(sorted(os.listdir("/dev/shm")) if os.getppid() == 1 else [], signal.SIGKILL)
