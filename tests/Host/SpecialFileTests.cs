using System.Diagnostics;
using VaeGpu.Host;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

/// <summary>Pipes and devices in the place of files: a read of them would wait, or go on, forever.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Platform("Linux")]
public sealed class SpecialFileTests
{
    private const int Late = 60_000;
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    // The time decides nothing: it ends a test that would else wait for ever.
    [TestCase("data.csv"), TestCase("data.npy"), TestCase("data.npz"), TestCase("data.txt"), TestCase("data.parquet"), CancelAfter(Late)]
    public async Task A_pipe_or_a_device_is_no_data(string name, CancellationToken late)
    {
        Pipe(name);
        await RefusesAsync(folder[name], late);
        File.Delete(folder[name]);
        File.CreateSymbolicLink(folder[name], "/dev/zero");
        await RefusesAsync(folder[name], late);
    }

    [TestCase("0.png"), TestCase("train-images-idx3-ubyte"), CancelAfter(Late)]
    public async Task A_pipe_in_a_folder_of_data_is_refused(string name, CancellationToken late)
    {
        Directory.CreateDirectory(folder["pictures"]);
        Pipe($"pictures/{name}");
        folder.Put("pictures/1.png", [1]);
        if (name.EndsWith("ubyte", StringComparison.Ordinal))
            folder.Put("pictures/t10k-images-idx3-ubyte", [1]);
        await RefusesAsync(folder["pictures"], late);
    }

    [Test, CancelAfter(Late)]
    public async Task A_pipe_is_no_checkpoint(CancellationToken late)
    {
        Directory.CreateDirectory(folder["run"]);
        Pipe("run/checkpoint.vae");
        var call = await Task.Run(() => Call.Of("sample", folder["run"], "--device", "cpu"), late).WaitAsync(late);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain("checkpoint.vae").And.Contain("a pipe"));
    }

    private async Task RefusesAsync(string data, CancellationToken late)
    {
        var call = await Task.Run(() => Call.Of(Call.Train(folder, "--data", data, "--binarize", "none")), late).WaitAsync(late);
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(call.Error, Does.Contain("it is empty, or it is a pipe, a socket or a device").And.Not.Contain("Exception"));
    }

    private void Pipe(string name)
    {
        using var make = Process.Start("mkfifo", [folder[name]]);
        make.WaitForExit();
        Assert.That(make.ExitCode, Is.Zero);
    }
}
