using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Simd;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;

namespace VaeGpu.Tests.Runtime;

/// <summary>The JIT compiles very large methods without optimizing them; no kernel of the product may come to that.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class JitLimitTests
{
    [Test]
    public void Every_kernel_of_a_training_step_stays_within_what_the_JIT_optimizes(
        [Values(512, 256, 128, 32)] int vectorBits, [Each] Likelihood likelihood) =>
        Check(vectorBits, likelihood, null);

    [Test]
    public void So_does_every_kernel_of_convolutional_layers([Values(512, 256, 128, 32)] int vectorBits) =>
        Check(vectorBits, Likelihood.GaussianLearned, new ConvolutionalShape(3, 4) { Kernel = 3 });

    private static void Check(int vectorBits, Likelihood likelihood, ConvolutionalShape? convolution)
    {
        using Context context = Context.Create(b => b.Simd(1, vectorBits));
        using Accelerator cpu = context.Devices[0].CreateAccelerator(context);
        using var vae = new Vae(cpu, new VaeShape
        {
            DataDimensions = 12,
            LatentDimensions = 3,
            Layers = convolution is null ? new LinearLayers([5], [5]) : new ConvolutionalLayers(convolution, [9, 10], [9, 10]),
            Activation = Activation.Gelu,
            Likelihood = likelihood,
            LikelihoodSettings = likelihood.Settings(new LikelihoodOptions { Classes = 16, Components = 5 }),
        }, 4);
        using var data = cpu.Allocate1D(new float[48]);
        using var control = cpu.Allocate1D(new ControlBlock[1]);
        var launcher = new StepLauncher(cpu);
        vae.Parameters.Initialize(launcher, 1);
        vae.Forward(data.View, new(control.View, 4));
        vae.Backward(data.View, new(control.View, 4));
        vae.Parameters.Update(launcher, control.View, AdamSettings.Of());
        (string Name, SimdProgram Program)[] programs =
            [.. ((EngineAccelerator)cpu).Kernels.SelectMany(
                k => k.Executables.Select(e => (k.Name, ((SimdAccelerator.SimdExecutable)e).Program)))];
        Assert.Multiple(() =>
        {
            Assert.That(programs, Has.Length.GreaterThan(8));
            foreach ((string name, SimdProgram program) in programs)
                Assert.That(program.IsOptimized, name + $": {program.IlBytes} bytes, {program.Locals} variables");
        });
        TestContext.Out.WriteLine(string.Join("\n",
            programs.Select(p => $"{p.Program.IlBytes,6} bytes {p.Program.Locals,4} variables  {p.Name}")));
    }
}
