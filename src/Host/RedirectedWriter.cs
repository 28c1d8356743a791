namespace VaeGpu.Host;

/// <summary>The standard output where it is a file or a pipe: a failure says that it was there.</summary>
internal sealed class RedirectedWriter(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => Try(() => output.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => output.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => output.Write(value));

    public override void WriteLine(string? value) => Try(() => output.WriteLine(value));

    public override void Flush() => Try(output.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new IOException($"The standard output cannot be written: {e.Message}", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException("The standard output cannot be written: it is closed.", e);
        }
    }
}
