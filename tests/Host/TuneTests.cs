using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;
using VaeGpu.Training.Configuration;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TuneTests
{
    private static readonly ModelConfiguration Model = new() { Width = 8, Height = 8, Convolutions = [8], Hidden = [16], Latent = 2 };

    private readonly ScratchFolder folder = new();
    private readonly Backend backend = Backend.Open("cpu", threads: 1);
    private readonly StringWriter output = new(), error = new();

    private TunedDevices Stored => new(folder["tuning"]);

    [TearDown]
    public void CleanUp()
    {
        backend.Dispose();
        folder.Dispose();
    }

    [Test]
    public void What_is_measured_is_shown_and_stored_where_it_gains()
    {
        Stored.Write(backend.Accelerator, DeviceTuning.BuiltIn(backend.Accelerator));
        File.WriteAllText(Stored.PathOf(backend.Accelerator), "damaged");
        int code = Program(output).Run(Model, batch: 8, quick: true, default);
        string shown = output.ToString();
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(ExitCode.Done));
            Assert.That(error.ToString(), Does.Contain("is ignored: ").And.Contain(Stored.PathOf(backend.Accelerator)));
            Assert.That(shown, Does.Match("(?m)^Tile, built in Rows").And.Match("(?m)^ConvTile, built in Rows"));
            Assert.That(shown, Does.Match(@"(?m)^forward +8×128×16 +1 +[\d.]+ +Rows\d+  [\d.]+ \([\d.]+ to [\d.]+\)$"));
            (DeviceTuning? choice, string? problem) = Stored.Read(backend.Accelerator);
            Assert.That(problem, Is.Null, "The damaged file is replaced or removed.");
            Assert.That(shown, choice is null
                ? Does.Contain("The built-in choice stays")
                : Does.Contain($"table   {Tunable.Values(choice)}").And.Contain($"stored  {Stored.PathOf(backend.Accelerator)}"));
        });
    }

    [Test]
    public void A_run_that_is_stopped_stores_nothing_and_leaves_what_was_stored()
    {
        DeviceTuning earlier = Tunable.All[0].Candidates(DeviceTuning.BuiltIn(backend.Accelerator))[0];
        Stored.Write(backend.Accelerator, earlier);
        using var stop = new CancellationTokenSource();
        using var stopping = new StoppingWriter(stop, "together");
        Assert.That(() => Program(stopping).Run(Model, batch: 8, quick: true, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(stopping.ToString(), Does.Contain("together"), "It was stopped after the first table.");
        Assert.That(Stored.Read(backend.Accelerator).Tuning, Is.EqualTo(earlier));
    }

    [Test]
    public void Reset_removes_what_is_stored()
    {
        Stored.Write(backend.Accelerator, DeviceTuning.BuiltIn(backend.Accelerator));
        Assert.That(Program(output).Reset(), Is.EqualTo(ExitCode.Done));
        Assert.That(output.ToString().Trim(), Is.EqualTo($"removed {Stored.PathOf(backend.Accelerator)}"));
        Assert.That(Stored.PathOf(backend.Accelerator), Does.Not.Exist);
        Assert.That(Program(output).Reset(), Is.EqualTo(ExitCode.Done));
        Assert.That(output.ToString(), Does.Contain("Nothing is stored for"));
    }

    [TestCase("tune --device interpreter", ExitCode.Usage, "tune a device for training")]
    [TestCase("tune --channels 8", ExitCode.Usage, "--arch conv")]
    [TestCase("tune --arch conv --size 2x2", ExitCode.Usage, "too small for 2 convolutions")]
    [TestCase("tune --batch 0", ExitCode.Usage, "--batch takes a whole number")]
    [TestCase("tune --device opencl:99", ExitCode.Failed, "opencl:99")]
    [TestCase("tune --device cpu --hidden 16384 --size 4096x4096 --batch 65536", ExitCode.Failed, "smaller batch")]
    public void What_cannot_be_is_explained(string line, int code, string word)
    {
        var call = Call.Of(line.Split(' '));
        Assert.That(call.ExitCode, Is.EqualTo(code));
        Assert.That(call.Output, Does.Not.Contain("GFLOP/s"));
        Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at "));
    }

    [Test]
    public void A_call_that_is_stopped_returns_the_signals_code()
    {
        var call =
            Call.Of(["tune", "--device", "cpu", "--quick", "--hidden", "8"], interactive: false, new CancellationToken(canceled: true));
        Assert.That((call.ExitCode, call.Error.Trim()), Is.EqualTo((ExitCode.Stopped, "Stopped.")));
        Assert.That(call.Output, Does.Not.Contain("stored"));
    }

    private TuneProgram Program(TextWriter writer) => new(backend.Accelerator, Stored, new Terminal(writer, error, Interactive: false));

    /// <summary>Asks to stop when a word is written.</summary>
    private sealed class StoppingWriter(CancellationTokenSource stop, string word) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(word, StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
