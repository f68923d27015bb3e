/* A stand-in for bcryptprimitives.dll, which Wine 8 lacks and Rust's standard library imports for its hash seeds.
   For tests under Wine only: `cargo xtask test` builds it into its own Wine prefix. Never shipped. */
#include <windows.h>

/* RtlGenRandom, by its exported name. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    return SystemFunction036(buffer, (ULONG)length);
}
