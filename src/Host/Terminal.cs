namespace VaeGpu.Host;

/// <summary>Where a command writes.</summary>
/// <param name="Output">Results and progress.</param>
/// <param name="Error">Errors and warnings.</param>
/// <param name="Interactive">Whether a person watches, so that lines can be drawn over.</param>
public sealed record Terminal(TextWriter Output, TextWriter Error, bool Interactive)
{
    /// <summary>Writes what a person should know, a line each.</summary>
    public void Tell(IEnumerable<string> notes)
    {
        foreach (string note in notes)
            Error.WriteLine($"note: {note}");
    }

    /// <summary>The process's own terminal or files.</summary>
    public static Terminal OfProcess()
    {
        Console.SetOut(Console.IsOutputRedirected ? new RedirectedWriter(Console.Out) : new TerminalWriter(Console.Out));
        Console.SetError(new TerminalWriter(Console.Error, OperatingSystem.IsWindows() ? null : StandardError.Write));
        return new(Console.Out, Console.Error, !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb");
    }
}
