# Runs a program through Runtray. Works in Windows PowerShell 5.1 and in PowerShell 7.
$ErrorActionPreference = 'Stop'
$url = if ($env:RUNTRAY_URL) { $env:RUNTRAY_URL } else { 'http://localhost:5000' }
$body = @{ code = 'print(input() * 2)'; stdin = "h$([char]0xe9)llo`n" } | ConvertTo-Json
# PowerShell 5.1 sends a string as Latin-1, so the body is bytes.
$bytes = [System.Text.Encoding]::UTF8.GetBytes($body)
$result = Invoke-RestMethod -Method Post -Uri "$url/execute" -ContentType 'application/json' -Body $bytes
Write-Output "$($result.status): $($result.output)"
