using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Types;
using ILGPU.IR.Values;

namespace VaeGpu.Gpu.Ilgpu;

/// <summary>
/// Teaches ILGPU's own back ends what its front end does not know: the FusedMultiplyAdd of float, double, MathF and Math, rounded once as
/// .NET does, for CUDA and OpenCL; and for CUDA the addresses that PTX written by hand takes, <c>(ulong)Unsafe.AsPointer(ref view[i])</c>.
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
        foreach (Type number in Numbers)
            ReplaceAsPointer(number);
    }

    /// <summary>Makes the back ends of a context that is to be made know FusedMultiplyAdd, and the addresses of numbers.</summary>
    public static ILGPU.Context.Builder EnableIntrinsics(this ILGPU.Context.Builder builder)
    {
        const IntrinsicImplementationMode redirect = IntrinsicImplementationMode.Redirect;
        const IntrinsicImplementationMode generate = IntrinsicImplementationMode.GenerateCode;
        IntrinsicImplementationManager manager = builder.GetIntrinsicManager();
        manager.RegisterMethod(Own(nameof(Single)), new PTXIntrinsic(Own(nameof(PtxSingle)), redirect));
        manager.RegisterMethod(Own(nameof(Double)), new PTXIntrinsic(Own(nameof(PtxDouble)), redirect));
        manager.RegisterMethod(Own(nameof(Single)), new CLIntrinsic(Own(nameof(OpenCL)), generate));
        manager.RegisterMethod(Own(nameof(Double)), new CLIntrinsic(Own(nameof(OpenCL)), generate));
        manager.RegisterMethod(Own(nameof(Address)), new PTXIntrinsic(Own(nameof(PtxAddress)), generate));
        return builder;
    }

    /// <summary>Makes them know the addresses of a struct, too: ILGPU looks each form of a generic method up by itself.</summary>
    public static ILGPU.Context.Builder EnableAddressOf<T>(this ILGPU.Context.Builder builder) where T : unmanaged
    {
        ReplaceAsPointer(typeof(T));
        return builder;
    }

    [IntrinsicImplementation]
    private static float Single(float x, float y, float z) => MathF.FusedMultiplyAdd(x, y, z);

    [IntrinsicImplementation]
    private static double Double(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);

    /// <summary>In place of <see cref="Unsafe.AsPointer"/>, whose pointer ILGPU cannot make a number of.</summary>
    [IntrinsicImplementation]
    private static ulong Address<T>(ref T value) where T : unmanaged => (ulong)Unsafe.AsPointer(ref value);

    private static float PtxSingle(float x, float y, float z)
    {
        ILGPU.Runtime.Cuda.CudaAsm.Emit("fma.rn.f32 %0, %1, %2, %3;", out float result, x, y, z);
        return result;
    }

    private static double PtxDouble(double x, double y, double z)
    {
        ILGPU.Runtime.Cuda.CudaAsm.Emit("fma.rn.f64 %0, %1, %2, %3;", out double result, x, y, z);
        return result;
    }

    private static void OpenCL(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        using var statement = generator.BeginStatement(generator.Allocate(value));
        statement.AppendCommand("fma");
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
