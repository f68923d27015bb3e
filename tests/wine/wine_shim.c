/* A replacement for bcryptprimitives.dll, which Wine 8 lacks and Rust's standard library imports for its hash seeds.
   For tests under Wine only: `cargo xtask test` builds it into its own Wine prefix. Never shipped.

   Wine 8 also has no answer to Shell_NotifyIconGetRect, and a tray icon whose place is not known gets no clicks. As this DLL is in
   every program that we build, it puts an answer of its own where the program would call Wine's. */
#include <string.h>
#include <windows.h>

/* RtlGenRandom, by its exported name. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

/* Half of a small icon's width. */
#define HALF 8

/* The icon is where the pointer is: it is asked for while the icon is clicked. */
static HRESULT WINAPI place_of_icon(const void *icon, RECT *place)
{
    POINT pointer;
    /* Looked up, as programs without a window would otherwise load all of user32. */
    BOOL(WINAPI * cursor)(POINT *) = (void *)GetProcAddress(GetModuleHandleA("user32.dll"), "GetCursorPos");

    (void)icon;
    if (!cursor || !cursor(&pointer))
        return E_FAIL;
    place->left = pointer.x - HALF;
    place->top = pointer.y - HALF;
    place->right = pointer.x + HALF;
    place->bottom = pointer.y + HALF;
    return S_OK;
}

static void replace(ULONG_PTR *import, ULONG_PTR function)
{
    DWORD protection;

    if (!VirtualProtect(import, sizeof *import, PAGE_READWRITE, &protection))
        return;
    *import = function;
    VirtualProtect(import, sizeof *import, protection, &protection);
}

/* Walks the names that the program imports from one DLL, and the table of what they resolved to beside them. */
static void replace_in(BYTE *program, const IMAGE_IMPORT_DESCRIPTOR *dll)
{
    DWORD named = dll->OriginalFirstThunk ? dll->OriginalFirstThunk : dll->FirstThunk;
    const IMAGE_THUNK_DATA *name = (const void *)(program + named);
    ULONG_PTR *import = (void *)(program + dll->FirstThunk);

    for (; name->u1.AddressOfData; name++, import++) {
        const IMAGE_IMPORT_BY_NAME *imported = (const void *)(program + name->u1.AddressOfData);
        if (!IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal) && !strcmp((const char *)imported->Name, "Shell_NotifyIconGetRect"))
            replace(import, (ULONG_PTR)place_of_icon);
    }
}

static void answer_for_icons(void)
{
    BYTE *program = (BYTE *)GetModuleHandleA(NULL);
    const IMAGE_NT_HEADERS *headers = (const void *)(program + ((const IMAGE_DOS_HEADER *)program)->e_lfanew);
    const IMAGE_DATA_DIRECTORY *imports = &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    const IMAGE_IMPORT_DESCRIPTOR *dll = (const void *)(program + imports->VirtualAddress);

    if (!imports->VirtualAddress)
        return;
    for (; dll->Name; dll++)
        if (!_stricmp((const char *)(program + dll->Name), "shell32.dll"))
            replace_in(program, dll);
}

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    static LONG answered;

    if (!InterlockedExchange(&answered, 1))
        answer_for_icons();
    return SystemFunction036(buffer, (ULONG)length);
}
