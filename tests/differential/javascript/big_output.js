process.stdout.write("x".repeat(300_000) + "\n");
process.stderr.write("y".repeat(100_000));
process.exitCode = 2;
