; Replacing the files of the old version, and undoing that.

; Does something for every file: the payload's and the uninstaller. The file is $0.
!macro forEachFile function
  !insertmacro forPayload ${function}
  StrCpy $0 "${UNINSTALLER}"
  Call ${function}
!macroend

; Gives up before the app is asked to quit if another program holds a file so that it cannot be replaced.
Function checkReplaceable
  ${Do}
    StrCpy $R6 ""
    !insertmacro forEachFile checkFile
    ${If} $R6 == ""
      Return
    ${EndIf}
    ${If} ${Silent}
      SetErrorLevel ${RUNNING}
      Abort
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION $(fileInUse) IDRETRY +3
    SetErrorLevel ${RUNNING}
    Abort
  ${Loop}
FunctionEnd

; Leaves the name of the file $0 in $R6 if Windows does not let it be moved. It moves a program that runs.
Function checkFile
  ${IfNot} ${FileExists} "$INSTDIR\$0"
    Return
  ${EndIf}
  StrCpy $2 "$INSTDIR\$0"
  ; The access DELETE, shared with readers, writers and movers, to a file that exists.
  System::Call 'kernel32::CreateFile(t r2, i 0x10000, i 7, p 0, i 3, i 0, p 0)p.r1'
  ${If} $1 P= -1
    StrCpy $R6 "$INSTDIR\$0"
  ${Else}
    System::Call 'kernel32::CloseHandle(p r1)'
  ${EndIf}
FunctionEnd

; Puts the unpacked files in their places. If one cannot be, its name is in $R6, and the old files are back.
Function replaceFiles
  StrCpy $R6 ""
  StrCpy $R0 1
  ${While} ${FileExists} "${OLD}\$R0\*.*"
    IntOp $R0 $R0 + 1
  ${EndWhile}
  StrCpy $Backup "${OLD}\$R0"
  ClearErrors
  CreateDirectory "$Backup"
  !insertmacro forFolders makeFolder
  FileOpen $1 "${REPLACING}" w
  FileWrite $1 "$R0"
  FileClose $1
  ${If} ${Errors}
    StrCpy $R6 "${REPLACING}"
    Return
  ${EndIf}
  !insertmacro forEachFile putInPlace
  ${If} $R6 != ""
    !insertmacro forEachFile takeBack
  ${EndIf}
  Delete "${REPLACING}"
FunctionEnd

Function makeFolder
  CreateDirectory "$Backup\$0"
  CreateDirectory "$INSTDIR\$0"
FunctionEnd

; Replaces the file $0, unless an earlier one could not be.
Function putInPlace
  ${If} $R6 != ""
    Return
  ${EndIf}
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\$0"
    Rename "$INSTDIR\$0" "$Backup\$0"
  ${EndIf}
  ${If} ${Errors}
    StrCpy $R6 "$INSTDIR\$0"
    Return
  ${EndIf}
  Rename "${UNPACKED}\$0" "$INSTDIR\$0"
  ${If} ${Errors}
    StrCpy $R6 "$INSTDIR\$0"
  ${EndIf}
FunctionEnd

; Undoes putInPlace for the file $0.
Function takeBack
  ${If} ${FileExists} "$Backup\$0"
    Delete "$INSTDIR\$0"
    Rename "$Backup\$0" "$INSTDIR\$0"
  ${ElseIfNot} ${FileExists} "${UNPACKED}\$0"
    ; The old version does not have it.
    Delete "$INSTDIR\$0"
  ${EndIf}
FunctionEnd

; An installation was interrupted while it replaced files: the old ones come back.
Function takeInterruptedBack
  ClearErrors
  FileOpen $1 "${REPLACING}" r
  ${If} ${Errors}
    Return
  ${EndIf}
  FileRead $1 $R0
  FileClose $1
  StrCpy $Backup "${OLD}\$R0"
  !insertmacro forEachFile takeBack
  Delete "${REPLACING}"
FunctionEnd

; Deletes the replaced files, and what their Python has unpacked. A program that still runs keeps both: the app deletes its file at
; a later start, and a later installation the rest.
Function removeOld
  ; The last programs of the app may end a moment after it.
  ${For} $R7 1 8
    RMDir /r "${OLD}"
    ${IfNot} ${FileExists} "${OLD}\*.*"
      RMDir /r "$INSTDIR\${PYTHON_UNPACKED}"
      Return
    ${EndIf}
    Sleep 250
  ${Next}
FunctionEnd
