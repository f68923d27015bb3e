# Installs Runtray on this Windows, uses it, installs it again while a program runs, and removes it: setup.ps1 SETUP.
#
# For a machine without Runtray, such as that of the release workflow. tests/wine/setup has the same under Wine, and more.
param([Parameter(Mandatory)] [string] $Setup)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$setup = (Resolve-Path $Setup).Path
$folder = "$env:LOCALAPPDATA\Programs\Runtray"
$entry = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\Runtray'
$appPaths = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\App Paths\runtray-desktop.exe'
$login = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run'
$menu = "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\Runtray.lnk"
$settings = "$env:APPDATA\runtray\config\settings.toml"
$journal = "$env:LOCALAPPDATA\runtray\data\journal.sqlite3"
$address = 'http://localhost:5000'

function Confirm-That([string] $What, [bool] $Holds) {
  if (-not $Holds) { throw "not so: $What" }
  Write-Host "ok: $What"
}

function Wait-Until([string] $What, [scriptblock] $Condition) {
  $end = (Get-Date).AddSeconds(60)
  while (-not (& $Condition)) {
    if ((Get-Date) -gt $end) { throw "not within a minute: $What" }
    Start-Sleep -Milliseconds 250
  }
  Write-Host "ok: $What"
}

# Start-Process -Wait would also wait for the app that Setup starts.
function Invoke-Program([string] $Program, [string[]] $Options) {
  $process = Start-Process $Program -ArgumentList $Options -PassThru
  # Without this the exit code is not kept.
  $null = $process.Handle
  if (-not $process.WaitForExit(120000)) { throw "$Program does not end" }
  $process.ExitCode
}

function Test-Answer {
  try { (Invoke-RestMethod "$address/health" -TimeoutSec 5).status -eq 'ok' } catch { $false }
}

function Get-UserPath {
  (Get-Item HKCU:\Environment).GetValue('Path', '', 'DoNotExpandEnvironmentNames')
}

function Get-Value([string] $Key, [string] $Name) {
  if (Test-Path $Key) { (Get-Item $Key).GetValue($Name) }
}

function Get-Left {
  $roots = $env:APPDATA, $env:LOCALAPPDATA
  @($roots | ForEach-Object { Get-ChildItem $_ -Filter '*runtray*' -ErrorAction SilentlyContinue } | ForEach-Object FullName)
}

Confirm-That 'nothing of Runtray is here' (-not (Test-Path $entry) -and (Get-Left).Count -eq 0)
$path = Get-UserPath
# This machine has Pythons of its own, and the built-in one is to be seen.
New-Item (Split-Path $settings) -ItemType Directory -Force | Out-Null
Set-Content $settings "[python]`npath = `"builtin`"`n`n[limits]`ntimeout_ms = 120000`nmax_timeout_ms = 120000"

Confirm-That 'Setup /S /START ends with 0' ((Invoke-Program $setup '/S', '/START') -eq 0)
Wait-Until 'the service answers' { Test-Answer }
$hello = @{ code = 'print("Hello from Flask!")'; language = 'python' } | ConvertTo-Json
$answer = Invoke-RestMethod "$address/execute" -Method Post -ContentType application/json -Body $hello
Write-Host ($answer | ConvertTo-Json -Compress)
Confirm-That 'it ran the program' ($answer.output -eq "Hello from Flask!`n")
Confirm-That 'in the built-in Python' ($answer.isolation -eq 'wasm')
Confirm-That 'the entry has a publisher' ((Get-Value $entry 'Publisher') -eq 'Runtray')
Confirm-That 'the entry has an icon' (Test-Path (Get-Value $entry 'DisplayIcon'))
Confirm-That 'App Paths name the app' ((Get-Value $appPaths '') -eq "$folder\runtray-desktop.exe")
Confirm-That 'the PATH has the folder once' (@((Get-UserPath) -split ';' | Where-Object { $_ -eq $folder }).Count -eq 1)
Confirm-That 'the menu has a line' (Test-Path $menu)
Confirm-That 'nothing starts at login unasked' ($null -eq (Get-Value $login 'Runtray'))
Confirm-That 'nothing is written for all users' (-not (Test-Path ($entry -replace '^HKCU', 'HKLM')))

$run = Start-Job -ArgumentList $address -ScriptBlock {
  param($address)
  $endless = @{ code = 'while True: pass'; language = 'python' } | ConvertTo-Json
  (Invoke-RestMethod "$address/execute" -Method Post -ContentType application/json -Body $endless).status
}
Wait-Until 'a program runs' { (Invoke-RestMethod "$address/status").running -eq 1 }
Confirm-That 'Setup /S over a running app ends with 0' ((Invoke-Program $setup '/S') -eq 0)
Confirm-That 'its program was told' ((Receive-Job $run -Wait) -eq 'cancelled')
Wait-Until 'the app runs again' { Test-Answer }
Confirm-That 'the PATH has the folder once' (@((Get-UserPath) -split ';' | Where-Object { $_ -eq $folder }).Count -eq 1)

Confirm-That '--quit ends with 0' ((Invoke-Program "$folder\runtray-desktop.exe" '--quit') -eq 0)
Wait-Until 'the port is closed' { -not (Test-Answer) }
Start-Process "$folder\runtray-desktop.exe" '--hidden'
Wait-Until 'the app starts again' { Test-Answer }

$version = Get-Value $entry 'DisplayVersion'
Set-ItemProperty $entry DisplayVersion 99.0.0
Confirm-That 'an older Setup ends with 5' ((Invoke-Program $setup '/S') -eq 5)
Confirm-That 'and left the app alone' (Test-Answer)
Set-ItemProperty $entry DisplayVersion $version

Confirm-That 'the uninstaller /S ends with 0' ((Invoke-Program "$folder\uninstall.exe" '/S') -eq 0)
Wait-Until 'the folder is gone' { -not (Test-Path $folder) }
Confirm-That 'the port is closed' (-not (Test-Answer))
Wait-Until 'the entry is gone' { -not (Test-Path $entry) }
Confirm-That 'App Paths and menu are as before' (-not (Test-Path $appPaths) -and -not (Test-Path $menu))
Confirm-That 'the PATH is as before' ((Get-UserPath) -eq $path)
Confirm-That 'settings and log are kept' ((Test-Path $settings) -and (Test-Path $journal))
Confirm-That 'and nothing else' (-not (Compare-Object (Get-Left) "$env:APPDATA\runtray", "$env:LOCALAPPDATA\runtray"))

Confirm-That 'Setup /S ends with 0' ((Invoke-Program $setup '/S') -eq 0)
Confirm-That 'the uninstaller /S /PURGE ends with 0' ((Invoke-Program "$folder\uninstall.exe" '/S', '/PURGE') -eq 0)
Wait-Until 'nothing is left' { -not (Test-Path $folder) -and (Get-Left).Count -eq 0 }
