using VaeGpu.Host;
using VaeGpu.Host.Progress;

namespace VaeGpu.Tests.Host;

public sealed class TerminalWriterTests
{
    [Test]
    public void A_terminal_gets_what_is_written()
    {
        using var terminal = new StringWriter { NewLine = "\n" };
        using var writer = new TerminalWriter(terminal) { NewLine = "\n" };
        writer.Write('a');
        writer.Write("bc");
        writer.Write("-de-".AsSpan(1, 2));
        writer.WriteLine($"{6}");
        Assert.That(terminal.ToString(), Is.EqualTo("abcde6\n"));
    }

    [Test]
    public void A_lost_terminal_is_tried_once_and_stops_nobody()
    {
        using var terminal = new LostTerminal();
        using var writer = new TerminalWriter(terminal);
        Assert.That(LiveProgress.Show(writer, observer =>
        {
            // Longer than the bar is left alone: it is drawn from a thread of its own.
            Thread.Sleep(500);
            writer.WriteLine("stopped");
            return 7;
        }), Is.EqualTo(7));
        Assert.That(terminal.Writes, Is.EqualTo(1));
    }

    [Test]
    public void What_a_lost_terminal_does_not_take_goes_elsewhere()
    {
        var elsewhere = new System.Text.StringBuilder();
        using var terminal = new LostTerminal();
        using var writer = new TerminalWriter(terminal, text => elsewhere.Append(text)) { NewLine = "\n" };
        writer.WriteLine("error: no handles");
        writer.Write('x');
        Assert.That(elsewhere.ToString(), Is.EqualTo("error: no handles\nx"));
        Assert.That(terminal.Writes, Is.EqualTo(1));
    }

    private sealed class LostTerminal : StringWriter
    {
        private int writes;

        public int Writes => writes;

        public override void Write(char value) => Fail();

        public override void Write(char[] buffer, int index, int count) => Fail();

        public override void Write(string? value) => Fail();

        public override void Flush() => Fail();

        private void Fail()
        {
            Interlocked.Increment(ref writes);
            throw new IOException("Input/output error");
        }
    }
}
