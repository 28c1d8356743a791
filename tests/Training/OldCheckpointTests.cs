using VaeGpu.Tests.Data;
using VaeGpu.Tests.Host;
using VaeGpu.Tests.Kernels;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Training;

/// <summary>
/// Checkpoints that an earlier version wrote after two epochs load, resume, and train to the parameters that the earlier version reached
/// after four.
/// </summary>
public sealed class OldCheckpointTests
{
    [TestCase("table", "table.csv")]
    [TestCase("text", "lines.txt")]
    [TestCase("pictures", "shapes")]
    public void An_old_checkpoint_resumes_to_the_same_parameters(string name, string data)
    {
        string folder = Path.Combine(ReadmeTests.Root, "tests", "Training", "Checkpoints");
        using var scratch = new ScratchFolder();
        string run = scratch["run"], source = Path.Combine(folder, data);
        Directory.CreateDirectory(run);
        File.Copy(Path.Combine(folder, $"{name}-2.vae"), RunFolder.CheckpointIn(run));
        Call call = Call.Of(
            "train", "--resume", "--out", run, "--epochs", "4", "--data", File.Exists(source) ? source
                : data, "--device", "cpu", "--threads", "1");
        Assert.That(call.ExitCode, Is.Zero, call.Error);
        Checkpoint expected = CheckpointFile.Read(Path.Combine(folder, $"{name}-4.vae")),
            resumed = CheckpointFile.Read(RunFolder.CheckpointIn(run));
        Compare.Bits(resumed.Parameters, expected.Parameters, "parameters");
        Compare.Bits(resumed.FirstMoments, expected.FirstMoments, "first moments");
        Compare.Bits(resumed.SecondMoments, expected.SecondMoments, "second moments");
        Assert.That(TinyRun.Losses(resumed), Is.EqualTo(TinyRun.Losses(expected)));
    }
}
