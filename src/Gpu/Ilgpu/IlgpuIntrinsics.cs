using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using Value = ILGPU.IR.Value;

namespace VaeGpu.Gpu.Ilgpu;

/// <summary>
/// Teaches ILGPU's own back ends what its front end does not know: FusedMultiplyAdd, Round and Truncate of MathF and Math, rounded as .NET
/// does, for CUDA and OpenCL; and for CUDA the addresses that PTX written by hand takes, <c>(ulong)Unsafe.AsPointer(ref view[i])</c>.
/// </summary>
public static unsafe class IlgpuIntrinsics
{
    private static readonly Type[] Numbers =
    [
        typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(ILGPU.Half), typeof(float), typeof(double),
    ];

    // ILGPU keeps for the whole process what its front end replaces.
    static IlgpuIntrinsics()
    {
        Type f = typeof(float), d = typeof(double);
        foreach (Type type in (Type[])[f, typeof(MathF)])
            Replace(type.GetMethod(nameof(float.FusedMultiplyAdd), [f, f, f])!, Own(nameof(Single)));
        foreach (Type type in (Type[])[d, typeof(Math)])
            Replace(type.GetMethod(nameof(double.FusedMultiplyAdd), [d, d, d])!, Own(nameof(Double)));
        // .NET's own code adds and subtracts 2²³, which ILGPU folds away.
        Replace(typeof(MathF).GetMethod(nameof(MathF.Round), [f])!, Own(nameof(RoundSingle)));
        Replace(typeof(Math).GetMethod(nameof(Math.Round), [d])!, Own(nameof(RoundDouble)));
        Replace(typeof(MathF).GetMethod(nameof(MathF.Truncate), [f])!, Own(nameof(TruncateSingle)));
        Replace(typeof(Math).GetMethod(nameof(Math.Truncate), [d])!, Own(nameof(TruncateDouble)));
        foreach (Type number in Numbers)
            ReplaceAsPointer(number);
    }

    /// <summary>Makes the back ends of a context that is to be made know FusedMultiplyAdd, and the addresses of numbers.</summary>
    public static Context.Builder EnableIntrinsics(this Context.Builder builder)
    {
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        void Register(string name, string ptx, string? openCL)
        {
            manager.RegisterMethod(Own(name), new PTXIntrinsic(Own(ptx), IntrinsicImplementationMode.GenerateCode));
            if (openCL is not null)
                manager.RegisterMethod(Own(name), new CLIntrinsic(Own(openCL), IntrinsicImplementationMode.GenerateCode));
        }
        foreach (string name in (string[])[nameof(Single), nameof(Double)])
            Register(name, nameof(PtxFma), nameof(OpenCLFma));
        foreach (string name in (string[])[nameof(RoundSingle), nameof(RoundDouble)])
            Register(name, nameof(PtxRound), nameof(OpenCLRound));
        foreach (string name in (string[])[nameof(TruncateSingle), nameof(TruncateDouble)])
            Register(name, nameof(PtxTruncate), nameof(OpenCLTruncate));
        Register(nameof(Address), nameof(PtxAddress), null);
        return builder;
    }

    /// <summary>Makes them know the addresses of a struct, too: ILGPU looks each form of a generic method up by itself.</summary>
    public static Context.Builder EnableAddressOf<T>(this Context.Builder builder) where T : unmanaged
    {
        ReplaceAsPointer(typeof(T));
        return builder;
    }

    [IntrinsicImplementation]
    private static float Single(float x, float y, float z) => MathF.FusedMultiplyAdd(x, y, z);

    [IntrinsicImplementation]
    private static double Double(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);

    [IntrinsicImplementation]
    private static float RoundSingle(float x) => MathF.Round(x);

    [IntrinsicImplementation]
    private static double RoundDouble(double x) => Math.Round(x);

    [IntrinsicImplementation]
    private static float TruncateSingle(float x) => MathF.Truncate(x);

    [IntrinsicImplementation]
    private static double TruncateDouble(double x) => Math.Truncate(x);

    /// <summary>In place of <see cref="Unsafe.AsPointer"/>, whose pointer ILGPU cannot make a number of.</summary>
    [IntrinsicImplementation]
    private static ulong Address<T>(ref T value) where T : unmanaged => (ulong)Unsafe.AsPointer(ref value);

    private static void PtxFma(PTXBackend backend, PTXCodeGenerator generator, Value value) => Emit(generator, value, "fma.rn.{0}");

    private static void PtxRound(PTXBackend backend, PTXCodeGenerator generator, Value value) => Emit(generator, value, "cvt.rni.{0}.{0}");

    private static void PtxTruncate(PTXBackend backend, PTXCodeGenerator generator, Value value) =>
        Emit(generator, value, "cvt.rzi.{0}.{0}");

    private static void Emit(PTXCodeGenerator generator, Value value, string instruction)
    {
        var call = (MethodCall)value;
        var result = generator.AllocateHardware(value);
        var arguments = Array.ConvertAll(Enumerable.Range(0, call.Count).ToArray(), i => generator.LoadPrimitive(call[i]));
        using var command = generator.BeginCommand(
            string.Format(CultureInfo.InvariantCulture, instruction, value.BasicValueType == BasicValueType.Float64 ? "f64" : "f32"));
        command.AppendArgument(result);
        foreach (var argument in arguments)
            command.AppendArgument(argument);
    }

    private static void OpenCLFma(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "fma");

    private static void OpenCLRound(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "rint");

    private static void OpenCLTruncate(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "trunc");

    private static void Call(CLCodeGenerator generator, Value value, string function)
    {
        using var statement = generator.BeginStatement(generator.Allocate(value));
        statement.AppendCommand(function);
        statement.BeginArguments();
        foreach (Value argument in (MethodCall)value)
            statement.AppendArgument(generator.Load(argument));
        statement.EndArguments();
    }

    /// <summary>Where ILGPU found out in which space an address lies it holds the address within that space.</summary>
    private static void PtxAddress(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        Value address = ((MethodCall)value)[0];
        MemoryAddressSpace space = address.Type is AddressSpaceType type ? type.AddressSpace : MemoryAddressSpace.Generic;
        var result = generator.AllocateHardware(value);
        var source = generator.LoadPrimitive(address);
        using var command = generator.BeginCommand(
            space == MemoryAddressSpace.Generic ? "mov.u64" : $"cvta.{space.ToString().ToLowerInvariant()}.u64");
        command.AppendArgument(result);
        command.AppendArgument(source);
    }

    private static void ReplaceAsPointer(Type element) => Replace(
        typeof(Unsafe).GetMethod(nameof(Unsafe.AsPointer))!.MakeGenericMethod(element), Own(nameof(Address)).MakeGenericMethod(element));

    private static void Replace(MethodInfo method, MethodInfo known) =>
        RemappedIntrinsics.AddRemapping(method, (ref InvocationContext call) => call.Method = known);

    private static MethodInfo Own(string name) => typeof(IlgpuIntrinsics).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
}
