namespace VaeGpu.Host;

/// <summary>A terminal that may be lost while the program runs: then nothing more is written, and the program ends in order.</summary>
/// <remarks>Results in files and pipes are not written through it: that a disk is full must be told.</remarks>
/// <param name="terminal">The terminal.</param>
/// <param name="otherwise">Takes what the terminal does not.</param>
internal sealed class TerminalWriter(TextWriter terminal, Action<string>? otherwise = null) : TextWriter
{
    private volatile bool lost;

    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => Try(() => terminal.Write(value), $"{value}");

    public override void Write(char[] buffer, int index, int count) =>
        Try(() => terminal.Write(buffer, index, count), new string(buffer, index, count));

    public override void Write(string? value) => Try(() => terminal.Write(value), value);

    public override void Flush() => Try(terminal.Flush, null);

    private void Try(Action write, string? text)
    {
        try
        {
            if (!lost)
            {
                write();
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lost = true;
        }
        otherwise?.Invoke(text ?? "");
    }
}
