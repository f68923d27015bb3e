; The shortcut in the Start menu. It has the app's AppUserModelID, without which Windows shows no notification of the app.

!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define SHORTCUT "$SMPROGRAMS\${NAME}.lnk"

Function createShortcut
  CreateShortcut "${SHORTCUT}" "$INSTDIR\${APP}"
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P= 0
    Return
  ${EndIf}
  ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
  ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
  ${If} $1 P<> 0
  ${AndIf} $2 P<> 0
    Call nameShortcut
  ${EndIf}
  !insertmacro ComHlpr_SafeRelease $2
  !insertmacro ComHlpr_SafeRelease $1
  !insertmacro ComHlpr_SafeRelease $0
FunctionEnd

; Writes the name into the shortcut, whose file is $1 and whose properties are $2.
Function nameShortcut
  ${IPersistFile::Load} $1 '("${SHORTCUT}",${STGM_READWRITE})'
  System::Call '*(&w256 "${APP_ID}")p.r3'
  System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
  System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,r3)p.r5'
  ${IPropertyStore::SetValue} $2 '(r4,r5)'
  ${IPropertyStore::Commit} $2 ""
  ${IPersistFile::Save} $1 '("${SHORTCUT}",1)'
  System::Free $5
  System::Free $4
  System::Free $3
FunctionEnd
