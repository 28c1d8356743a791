using System.Diagnostics;
using VaeGpu.CudaEmulator;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Host;
using VaeGpu.Kernels.Devices;
using VaeGpu.Tests.Data;

namespace VaeGpu.Tests.Host;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CheckTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Check_proves_every_kernel_on_the_processor_and_every_likelihood_in_one_table()
    {
        var call = Call.Of("check", "--device", "cpu", "--threads", "1", "--seed", "77");
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(0), call.Output);
            foreach (var name in (string[])["gaussian-optimal", "laplace-learned", "logistic-mixture", "categorical", "kl"])
                Assert.That(call.Output, Does.Contain(name));
            Assert.That(call.Output, Does.Contain("every formula holds").And.Contain("--seed 77"));
            Assert.That(call.Output, Does.Match(@"(?m)^(\d{3}) of \1 kernels agree, in \d+ launches$"));
            Assert.That(call.Output.TrimEnd(), Does.EndWith("passed: every kernel agrees and every formula holds"));
        });
    }

    [Test]
    public void A_device_that_fails_is_forgotten_and_on_cuda_the_other_compiler_is_offered()
    {
        var driver = new FakeCudaDriver();
        using PtxAccelerator gpu = driver.Open();
        var passed = new CheckedDevices(folder["checked"]);
        passed.Add(gpu);
        driver.Failing["LaunchKernel"] = VaeGpu.Gpu.Runtime.Cuda.CudaError.CUDA_ERROR_ILLEGAL_ADDRESS;
        using StringWriter output = new(), error = new();
        int code = CheckProgram.Run(gpu, DeviceSpec.Parse("cuda:1"), seed: 1, passed, new Terminal(output, error, false), default);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.EqualTo(ExitCode.Failed));
            Assert.That(error.ToString().TrimEnd(), Does.EndWith(
                "(--device cuda:1) does not pass the check. Try --device ilgpu-cuda:1, which uses ILGPU's own compiler."));
            Assert.That(
                output.ToString(), Does.Contain("FAILED").And.Contain("0 of 1 kernels agree").And.Contain("the rest could not be checked"));
            Assert.That(passed.Contains(gpu), Is.False);
        });
    }

    [Test]
    public void What_passed_is_remembered_for_the_device_and_not_for_another()
    {
        using PtxAccelerator first = new FakeCudaDriver().Open(), newer = new FakeCudaDriver { Version = 99010 }.Open();
        var passed = new CheckedDevices(folder["checked"]);
        Assert.That(passed.Contains(first), Is.False);
        passed.Add(first);
        Assert.That((passed.Contains(first), passed.Contains(newer)), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_folder_that_cannot_be_written_only_means_that_nothing_is_remembered()
    {
        folder.Put("file", []);
        using PtxAccelerator gpu = new FakeCudaDriver().Open();
        var passed = new CheckedDevices(folder["file/checked"]);
        Assert.That(() => passed.Add(gpu), Throws.Nothing);
        Assert.That(() => passed.Remove(gpu), Throws.Nothing);
        Assert.That(passed.Contains(gpu), Is.False);
    }

    [TestCase("cpu")]
    [TestCase("interpreter")]
    [TestCase("ilgpu-cpu")]
    public void What_others_are_checked_against_needs_no_check(string device)
    {
        using var backend = Backend.Open(device);
        Assert.That(new CheckedDevices(folder["checked"]).Contains(backend.Accelerator), Is.True);
    }

    [Test]
    public void Training_asks_once_for_a_check_of_a_device_that_had_none()
    {
        if (!Backend.List().Any(entry => entry.Spec == "opencl"))
            Assert.Ignore("no OpenCL device is installed");
        using var backend = Backend.Open("opencl");
        string note =
            $"note: this version has not been checked on opencl ({backend.Accelerator.Name}); run: vaegpu check --device opencl\n";
        string[] train = Call.Train(folder, "--device", "opencl", "--epochs", "1", "--overwrite");
        Assert.That(Run(train), Is.EqualTo((ExitCode.Done, note)));
        new CheckedDevices(folder["cache/VaeGpu/checked"]).Add(backend.Accelerator);
        Assert.That(Run(train), Is.EqualTo((ExitCode.Done, "")));
    }

    /// <summary>The program as a process with a cache folder of its own: its code, and what it wrote on the error stream.</summary>
    private (int Code, string Error) Run(string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "vaegpu.dll"), .. arguments])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["XDG_CACHE_HOME"] = folder["cache"] },
            })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.Result.ReplaceLineEndings("\n"));
    }
}
