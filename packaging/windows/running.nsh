; Ending a running Runtray.

; Leaves in $R9 the name of the first program of ours that runs, or nothing. Windows opens no running program for writing. The app
; comes first: whether it ran decides whether it is started again, and its Pythons run whenever it does.
!macro findRunning un
Function ${un}findRunning
  StrCpy $R9 ""
  !insertmacro checkRunning "${APP}"
  !insertmacro checkRunning "${CLI}"
  !insertmacro checkRunning "runtray-python.exe"
FunctionEnd
!macroend

!macro checkRunning program
  ${If} $R9 == ""
  ${AndIf} ${FileExists} "$INSTDIR\${program}"
    ClearErrors
    FileOpen $R8 "$INSTDIR\${program}" a
    ${If} ${Errors}
      StrCpy $R9 "${program}"
    ${Else}
      FileClose $R8
    ${EndIf}
  ${EndIf}
!macroend

; Asks the app to quit, which ends its runs, and waits for up to 30 seconds. Then it asks the user, or gives up.
!macro stopRunning un
Function ${un}stopRunning
  StrCpy $WasRunning 0
  Call ${un}findRunning
  ${If} $R9 == ""
    Return
  ${EndIf}
  ${If} $R9 == "${APP}"
    StrCpy $WasRunning 1
  ${EndIf}
  ${Do}
    DetailPrint $(waiting)
    nsExec::Exec '"$INSTDIR\${APP}" --quit'
    Pop $R8
    ${For} $R7 1 120
      Call ${un}findRunning
      ${If} $R9 == ""
        Return
      ${EndIf}
      Sleep 250
    ${Next}
    ${If} ${Silent}
      SetErrorLevel ${RUNNING}
      Abort
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION $(stillRunning) IDRETRY +3
    SetErrorLevel ${RUNNING}
    Abort
  ${Loop}
FunctionEnd
!macroend

!insertmacro findRunning ""
!insertmacro findRunning "un."
!insertmacro stopRunning ""
!insertmacro stopRunning "un."
