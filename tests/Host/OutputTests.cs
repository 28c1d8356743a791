using System.Diagnostics;
using VaeGpu.Host;
using VaeGpu.Host.Pictures;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>The program as a process of its own whose output, handles or home fail it.</summary>
[Platform("Linux")]
public sealed class OutputTests
{
    [TestCase("devices > /dev/full", ExitCode.Failed, "error: The standard output cannot be written: No space left on device")]
    [TestCase("devices >&-", ExitCode.Failed, "error: The standard output cannot be written: it is closed.")]
    [TestCase("--help > /dev/full", ExitCode.Failed, "error: The standard output cannot be written: No space left on device")]
    [TestCase("kernels | head -1 > /dev/null; exit ${PIPESTATUS[0]}", ExitCode.Done, "")]
    [TestCase("devices 2> /dev/full > /dev/null", ExitCode.Done, "")]
    [TestCase("sample nowhere 2>&-", ExitCode.Failed, "")]
    public void An_output_that_fails_is_named(string line, int code, string error) =>
        Assert.That(Run(line), Is.EqualTo((code, error)));

    [TestCase(24), TestCase(32), TestCase(40), TestCase(52), TestCase(64), TestCase(80), TestCase(100)]
    public void Where_few_files_may_be_open_that_is_said(int handles)
    {
        var (code, error) = Run("sample nowhere > /dev/null", $"ulimit -n {handles}; ");
        // Below a number that depends on the runtime, the program does not begin to run; above, it has what it needs.
        if (error.Contains("JIT", StringComparison.Ordinal))
            Assert.Ignore(error);
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Is.EqualTo($"error: {FileHandles.Remedy}").Or.StartsWith("error: There is no checkpoint at"));
    }

    [Test]
    public void A_home_that_cannot_be_written_does_no_harm_and_names_the_place_where_it_does()
    {
        using var folder = new ScratchFolder();
        string train = string.Join(' ', Call.Train(folder, "--epochs", "1").Select(word => $"'{word}'"));
        const string home = "env -u XDG_CACHE_HOME -u XDG_DATA_HOME HOME=/proc/nohome LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 ";
        Assert.That(Run($"{train} > /dev/null", home), Is.EqualTo((ExitCode.Done, "")));
        string metrics = File.ReadAllLines(folder["run/metrics.csv"])[1];
        Assert.That(Run($"{train} --overwrite > /dev/null", "env LC_ALL=C "), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(WithoutTime(File.ReadAllLines(folder["run/metrics.csv"])[1]), Is.EqualTo(WithoutTime(metrics)), "another locale");
        var (code, error) = Run("tune --hidden 8 --batch 8 --quick > /dev/null", home);
        Assert.That(error, Does.Not.Contain("Unhandled"));
        Assert.That(code, Is.EqualTo(ExitCode.Done).Or.EqualTo(ExitCode.Failed));

        static string WithoutTime(string line) => string.Join(',', line.Split(',').Where((_, i) => i != 1));
    }

    [TestCase("> /dev/full"), TestCase(">&-")]
    public void A_training_that_can_print_nothing_fails_and_leaves_nothing(string output)
    {
        using var folder = new ScratchFolder();
        string train = string.Join(' ', Call.Train(folder, "--epochs", "1").Select(word => $"'{word}'"));
        var (code, error) = Run($"{train} {output}");
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.StartWith("error: The standard output cannot be written"));
        Assert.That(folder["run"], Does.Not.Exist);
    }

    [Test]
    public void A_picture_that_has_no_room_is_not_called_damaged()
    {
        using var folder = new ScratchFolder();
        var levels = new byte[8000 * 8000];
        new Random(1).NextBytes(levels.AsSpan(0, levels.Length / 16));
        Directory.CreateDirectory(folder["p"]);
        foreach (string name in (string[])["p/a.png", "p/b.png"])
            new Picture(levels, 8000, 8000).Write(folder[name]);
        // 64 MB of levels, and a heap of 58 MB; the files have 4 MB.
        var (code, error) = Run($"train --data '{folder["p"]}' --out '{folder["run"]}' > /dev/null", "env DOTNET_GCHeapHardLimit=3800000 ");
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error,
            Does.StartWith("error: ").And.Not.Contain("damaged").And.Not.Contain("--skip-damaged").And.Not.Contain("   at "));
        Assert.That(error, Does.Contain("memory").IgnoreCase);
    }

    /// <summary>The exit code, and what was told.</summary>
    private static (int Code, string Error) Run(string line, string before = "")
    {
        string program = $"'{Environment.ProcessPath}' '{Path.Combine(AppContext.BaseDirectory, "vaegpu.dll")}'";
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"{before}{program} {line}"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        string error = shell.StandardError.ReadToEnd().Trim();
        shell.WaitForExit();
        return (shell.ExitCode, error);
    }
}
