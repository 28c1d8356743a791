using System.Globalization;
using VaeGpu.Fuzz;

// dotnet run -c Release --project tests/Fuzz -- --count 20000 --seed 1 [--reader NAME] [--only CASE]
string? reader = null;
var options = new Dictionary<string, int> { ["--count"] = 20_000, ["--seed"] = 1, ["--only"] = -1 };
for (var i = 0; i < args.Length; i += 2)
{
    if (args[i] == "--reader" && i + 1 < args.Length)
    {
        reader = args[i + 1];
        continue;
    }
    if (!options.ContainsKey(args[i]) || i + 1 == args.Length
        || !int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int number) || number < 0)
    {
        Console.Error.WriteLine($"error: \"{args[i]}\"; give --count N, --seed S and --only CASE, with numbers from 0, and --reader NAME.");
        return 2;
    }
    options[args[i]] = number;
}
string folder = Directory.CreateTempSubdirectory("vaegpu fuzz ").FullName;
Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(folder, "cache"));
try
{
    using var fuzzing = new Fuzzing(folder, options["--seed"], reader);
    if (options["--only"] is >= 0 and var only)
    {
        string kept = Path.GetFullPath($"case-{only}.bin");
        File.WriteAllBytes(kept, fuzzing.Input(only).Content);
        Console.WriteLine($"{fuzzing.Input(only).Description}; the input is in {kept}");
        Console.WriteLine(fuzzing.Run(only) ?? "nothing is wrong");
        Console.WriteLine(fuzzing.Summary());
        return 0;
    }
    Console.WriteLine($"seed {options["--seed"]}, {options["--count"]} cases");
    List<string> findings = fuzzing.RunAll(options["--count"]);
    findings.ForEach(Console.WriteLine);
    Console.WriteLine(fuzzing.Summary());
    return findings.Count == 0 ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
