using System.Text;

namespace VaeGpu.Host;

/// <summary>A terminal that may be lost while the program runs: from then on nothing is written, and the program ends its work in order.</summary>
/// <remarks>Results in files and pipes are not written through it: that a disk is full must be told.</remarks>
internal sealed class TerminalWriter(TextWriter terminal) : TextWriter
{
    private volatile bool lost;

    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => Try(() => terminal.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => terminal.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => terminal.Write(value));

    public override void Flush() => Try(terminal.Flush);

    private void Try(Action write)
    {
        if (lost)
            return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lost = true;
        }
    }
}
