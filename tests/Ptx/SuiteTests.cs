using System.Reflection;
using VaeGpu.Gpu.IR;
using VaeGpu.Gpu.Passes;
using VaeGpu.Gpu.Runtime.Cuda;
using VaeGpu.Gpu.Runtime.OpenCL;
using VaeGpu.Gpu.Targets.Ptx;
using VaeGpu.Kernels.Activations;
using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Likelihoods;
using VaeGpu.Kernels.Optimizers;
using VaeGpu.Kernels.Products;
using VaeGpu.Kernels.Step;
using VaeGpu.Layers.Models;
using VaeGpu.Tests.Compiler;

namespace VaeGpu.Tests.Ptx;

/// <summary>Every kernel there is becomes PTX.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class SuiteTests
{
    [Test]
    public void Every_kernel_of_a_training_step_is_written([Each] Likelihood likelihood) => Check(likelihood, Activation.Gelu, null);

    [Test]
    public void So_is_every_activation([Each] Activation activation) => Check(Likelihood.Bernoulli, activation, null);

    [Test]
    public void So_are_convolutional_layers() =>
        Check(Likelihood.GaussianLearned, Activation.Relu, new ConvolutionalShape(3, 4) { Kernel = 3 });

    /// <summary>The blocks of products with both widths of access, and the other devices' tiles.</summary>
    [Test]
    public void Every_shape_of_a_product_is_written()
    {
        Type[] blocks = [typeof(Block128x128), typeof(Block64x64), typeof(Block32x32), typeof(Block16x32)];
        (Type Left, Type Right)[] operands =
            [(typeof(DepthFastest), typeof(DepthSlowest)), (typeof(DepthFastest), typeof(DepthFastest)),
                (typeof(DepthSlowest), typeof(DepthSlowest))];
        var modules = new List<(string, PtxModule)>();
        foreach ((Type left, Type right) in operands)
        {
            foreach (Type block in blocks.SelectMany(b => (Type[])[b, typeof(Single<>).MakeGenericType(b)]))
            {
                MethodInfo groupSize = Method(typeof(BlockedMatMul), nameof(BlockedMatMul.GroupSize), block);
                int groups = (int)block.GetProperty(nameof(IBlock.MinGroupsPerMultiprocessor))!.GetValue(null)!;
                Add(typeof(BlockedMatMul), block, (int)groupSize.Invoke(null, null)!, groups);
            }
            foreach (Type tile in (Type[])[typeof(Tile4x2), typeof(Tile6x2), typeof(Tile8x2), typeof(Tile12x2)])
                Add(typeof(MatMul), tile, 64, null);

            void Add(Type kernel, Type shape, int threads, int? groups)
            {
                var source = new KernelSource(
                    Method(kernel, "Multiply", shape, left, right, typeof(BiasActivation<Relu>)),
                        new KernelSpecialization(threads, groups));
                modules.Add((source.Name, TextAccelerator.Emit(source, new(threads, 1, 1))));
            }
        }
        Assert.Multiple(() =>
        {
            foreach ((string name, PtxModule module) in modules.Where(m => m.Item1.Contains("Multiply<Block")))
                Assert.That(module.Text, Does.Contain("ld.global.nc.v4.f32").And.Contain("fma.rn.f32"), name);
        });
        Ptxas.Check(modules);

        static MethodInfo Method(Type type, string name, params Type[] arguments) => type.GetMethod(name)!.MakeGenericMethod(arguments);
    }

    /// <summary>Kernels for every part of the language, and those that show what the interpreter finds.</summary>
    [Test]
    public void Every_kernel_of_the_other_tests_is_written()
    {
        string[] folders = ["Language", "Kernels", "OpenCL", "Interpreter", "Runtime"];
        MethodInfo[] kernels = [.. typeof(SuiteTests).Assembly.GetTypes()
            .Where(type => Array.Exists(folders, folder => type.Namespace == $"VaeGpu.Tests.{folder}"))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            // Static fields are known to a context alone, and specialized values to a launch.
            .Where(IsKernel).Where(
                method => method.Name is not (nameof(Language.KernelFormTests.ReadsStatic) or nameof(Language.ViewTests2D.Specialized)))];
        (string, PtxModule)[] modules =
            [.. kernels.Select(method => (method.Name, TextAccelerator.Emit(new KernelSource(method), new(64, 1, 1))))];
        TestContext.Out.WriteLine($"{modules.Length} kernels.");
        Assert.That(modules, Has.Length.GreaterThan(60));
        Ptxas.Check(modules);
    }

    [Test]
    public void Every_random_kernel_is_written()
    {
        var modules = new List<(string, PtxModule)>();
        for (int seed = RandomKernelCheck.FirstSeed; seed < RandomKernelCheck.FirstSeed + RandomKernelCheck.Count; seed++)
        {
            RandomKernel kernel = RandomKernel.Create(seed);
            Function function = Pipeline.Run(kernel.Function, kernel.GroupDim, PtxEmitter.WarpSize);
            modules.Add(($"seed {seed}", PtxEmitter.Emit(WideAccesses.Apply(function, alignedViews: true), kernel.GroupDim)));
        }
        Ptxas.Check(modules);
    }

    private static bool IsKernel(MethodInfo method) => method.ReturnType == typeof(void) && !method.IsGenericMethod
        && method.GetParameters() is { Length: > 0 } parameters
        && Array.Exists(parameters, p => p.ParameterType.IsGenericType && p.ParameterType.GetGenericTypeDefinition() == typeof(ArrayView<>))
        && Array.TrueForAll(parameters, p => p.ParameterType.IsValueType);

    private static void Check(Likelihood likelihood, Activation activation, ConvolutionalShape? convolution)
    {
        using var gpu = new TextAccelerator();
        using var vae = new Vae(gpu, new VaeShape
        {
            DataDimensions = 12,
            LatentDimensions = 3,
            Layers = convolution is null ? new LinearLayers([5], [5]) : new ConvolutionalLayers(convolution, [9, 10], [9, 10]),
            Activation = activation,
            Likelihood = likelihood,
            LikelihoodSettings = likelihood.Settings(new LikelihoodOptions { Classes = 16, Components = 5 }),
        }, 4);
        using var data = gpu.Allocate1D(new float[48]);
        using var control = gpu.Allocate1D(new ControlBlock[1]);
        var launcher = new StepLauncher(gpu);
        vae.Parameters.Initialize(launcher, 1);
        vae.Forward(data.View, new(control.View, 4));
        vae.Backward(data.View, new(control.View, 4));
        vae.Parameters.Update(launcher, control.View, AdamSettings.Of());
        TestContext.Out.WriteLine($"{gpu.Modules.Count} texts of {gpu.Kernels.Count} kernels.");
        Assert.Multiple(() =>
        {
            Assert.That(gpu.Kernels, Has.Count.GreaterThan(8));
            foreach ((string kernel, PtxModule module) in gpu.Modules)
                Assert.That(module.Text, Does.Not.Contain(".approx").And.Not.Contain(".ftz"), kernel);
        });
        Ptxas.Check(gpu.Modules);
    }
}
