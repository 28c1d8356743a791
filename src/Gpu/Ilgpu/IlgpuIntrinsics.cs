using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;
using ILGPU.Runtime.Cuda;

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
        void Register(string name, string ptx, string openCL)
        {
            manager.RegisterMethod(Own(name), new PTXIntrinsic(Own(ptx), IntrinsicImplementationMode.Redirect));
            manager.RegisterMethod(Own(name), new CLIntrinsic(Own(openCL), IntrinsicImplementationMode.GenerateCode));
        }
        Register(nameof(Single), nameof(PtxSingle), nameof(OpenCLFma));
        Register(nameof(Double), nameof(PtxDouble), nameof(OpenCLFma));
        Register(nameof(RoundSingle), nameof(PtxRoundSingle), nameof(OpenCLRint));
        Register(nameof(RoundDouble), nameof(PtxRoundDouble), nameof(OpenCLRint));
        Register(nameof(TruncateSingle), nameof(PtxTruncateSingle), nameof(OpenCLTrunc));
        Register(nameof(TruncateDouble), nameof(PtxTruncateDouble), nameof(OpenCLTrunc));
        manager.RegisterMethod(Own(nameof(Address)), new PTXIntrinsic(Own(nameof(PtxAddress)), IntrinsicImplementationMode.GenerateCode));
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

    private static float PtxSingle(float x, float y, float z)
    {
        CudaAsm.Emit("fma.rn.f32 %0, %1, %2, %3;", out float result, x, y, z);
        return result;
    }

    private static double PtxDouble(double x, double y, double z)
    {
        CudaAsm.Emit("fma.rn.f64 %0, %1, %2, %3;", out double result, x, y, z);
        return result;
    }

    private static float PtxRoundSingle(float x)
    {
        CudaAsm.Emit("cvt.rni.f32.f32 %0, %1;", out float result, x);
        return result;
    }

    private static double PtxRoundDouble(double x)
    {
        CudaAsm.Emit("cvt.rni.f64.f64 %0, %1;", out double result, x);
        return result;
    }

    private static float PtxTruncateSingle(float x)
    {
        CudaAsm.Emit("cvt.rzi.f32.f32 %0, %1;", out float result, x);
        return result;
    }

    private static double PtxTruncateDouble(double x)
    {
        CudaAsm.Emit("cvt.rzi.f64.f64 %0, %1;", out double result, x);
        return result;
    }

    private static void OpenCLFma(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "fma");

    private static void OpenCLRint(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "rint");

    private static void OpenCLTrunc(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "trunc");

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

    private static MethodInfo Own(string name) =>
        typeof(IlgpuIntrinsics).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
}
