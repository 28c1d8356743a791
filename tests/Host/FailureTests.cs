using System.Text;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Host;

namespace VaeGpu.Tests.Host;

/// <summary>What a person is told when the program fails.</summary>
internal sealed class FailureTests
{
    private static readonly TestCaseData[] Failures =
    [
        new TestCaseData(new AcceleratorLostException("The GPU stopped."), "error: The GPU stopped."),
        new TestCaseData(new KernelLaunchException("Too many threads."), "error: Too many threads."),
        new TestCaseData(new CudaException("It is taken."), "error: It is taken."),
        new TestCaseData(new OutOfMemoryException("No room."),
            "error: No room. Use a smaller --batch, smaller layers (--hidden, --channels) or fewer examples."),
        new TestCaseData(new InvalidOperationException("A defect."), "error: A defect. (InvalidOperationException)"),
    ];

    [TestCaseSource(nameof(Failures))]
    public void A_device_s_failure_is_told_in_its_own_words_and_a_defect_with_its_kind(Exception failure, string told)
    {
        using var error = new StringWriter();
        Assert.That(VaeGpu.Host.Failures.Report(error, () => throw failure), Is.EqualTo(ExitCode.Failed));
        Assert.That(error.ToString().TrimEnd(), Is.EqualTo(told));
    }

    [TestCase("train --bogus", ExitCode.Usage)]
    [TestCase("sample", ExitCode.Usage)]
    [TestCase("sample nowhere", ExitCode.Failed)]
    public void The_exit_code_is_right_where_no_error_can_be_written(string line, int code)
    {
        using var full = new FullWriter();
        Assert.That(VaeGpuProgram.Run(line.Split(' '), new Terminal(TextWriter.Null, full, false), default), Is.EqualTo(code));
    }

    /// <summary>Writes to a full disk.</summary>
    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
