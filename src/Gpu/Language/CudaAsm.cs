namespace VaeGpu.Gpu;

/// <summary>
/// PTX written by hand into a kernel, for CUDA devices alone: every other device refuses a kernel that comes to it. In the text %0, %1 …
/// stand for the arguments in order, %% for a percent sign; braces give it registers of its own. Arguments are numbers of 32 or
/// 64 bits. An address is <c>(ulong)Unsafe.AsPointer(ref view[i])</c>: a generic one, which <c>cvta.to.shared.u64</c> takes back
/// to shared memory. Lanes that come here together are not told to the text; it must not be under a divergent branch if it asks for a warp.
/// </summary>
public static class CudaAsm
{
    /// <summary>Puts PTX in this place.</summary>
    public static void Emit(string asm) => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0>(string asm, T0 arg0)
        where T0 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0>(string asm, out T0 arg0)
        where T0 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1>(string asm, T0 arg0, T1 arg1)
        where T0 : struct where T1 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1>(string asm, out T0 arg0, T1 arg1)
        where T0 : struct where T1 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2>(string asm, T0 arg0, T1 arg1, T2 arg2)
        where T0 : struct where T1 : struct where T2 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2>(string asm, out T0 arg0, T1 arg1, T2 arg2)
        where T0 : struct where T1 : struct where T2 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3>(string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3, T4>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct
        where T4 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3, T4>(string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct
        where T4 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3, T4, T5>(string asm, T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct
        where T4 : struct where T5 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void Emit<T0, T1, T2, T3, T4, T5>(string asm, out T0 arg0, T1 arg1, T2 arg2, T3 arg3, T4 arg4, T5 arg5)
        where T0 : struct where T1 : struct where T2 : struct where T3 : struct
        where T4 : struct where T5 : struct => throw HostThread.DeviceOnly("CudaAsm.Emit");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0>(string asm, ref T0 arg0)
        where T0 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1>(string asm, ref T0 arg0, ref T1 arg1)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2>(string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3>(string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4>(string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10, ref T11 arg11)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter where T11 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10, ref T11 arg11, ref T12 arg12)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter where T11 : struct, ICudaAsmEmitParameter
        where T12 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10, ref T11 arg11, ref T12 arg12, ref T13 arg13)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter where T11 : struct, ICudaAsmEmitParameter
        where T12 : struct, ICudaAsmEmitParameter where T13 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10, ref T11 arg11, ref T12 arg12, ref T13 arg13,
        ref T14 arg14)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter where T11 : struct, ICudaAsmEmitParameter
        where T12 : struct, ICudaAsmEmitParameter where T13 : struct, ICudaAsmEmitParameter
        where T14 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");

    /// <inheritdoc cref="Emit(string)"/>
    public static void EmitRef<T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15>(
        string asm, ref T0 arg0, ref T1 arg1, ref T2 arg2, ref T3 arg3, ref T4 arg4, ref T5 arg5, ref T6 arg6,
        ref T7 arg7, ref T8 arg8, ref T9 arg9, ref T10 arg10, ref T11 arg11, ref T12 arg12, ref T13 arg13,
        ref T14 arg14, ref T15 arg15)
        where T0 : struct, ICudaAsmEmitParameter where T1 : struct, ICudaAsmEmitParameter
        where T2 : struct, ICudaAsmEmitParameter where T3 : struct, ICudaAsmEmitParameter
        where T4 : struct, ICudaAsmEmitParameter where T5 : struct, ICudaAsmEmitParameter
        where T6 : struct, ICudaAsmEmitParameter where T7 : struct, ICudaAsmEmitParameter
        where T8 : struct, ICudaAsmEmitParameter where T9 : struct, ICudaAsmEmitParameter
        where T10 : struct, ICudaAsmEmitParameter where T11 : struct, ICudaAsmEmitParameter
        where T12 : struct, ICudaAsmEmitParameter where T13 : struct, ICudaAsmEmitParameter
        where T14 : struct, ICudaAsmEmitParameter where T15 : struct, ICudaAsmEmitParameter
        => throw HostThread.DeviceOnly("CudaAsm.EmitRef");
}

/// <summary>What <c>CudaAsm.EmitRef</c> takes: <see cref="Input{T}"/>, <see cref="Output{T}"/> or <see cref="Ref{T}"/>.</summary>
public interface ICudaAsmEmitParameter;

/// <summary>A number that the text reads.</summary>
public struct Input<T> : ICudaAsmEmitParameter where T : struct
{
    /// <summary>The number.</summary>
    public T Value;

    public static implicit operator Input<T>(T value) => new() { Value = value };
}

/// <summary>A number that the text writes.</summary>
public struct Output<T> : ICudaAsmEmitParameter where T : struct
{
    /// <summary>The number.</summary>
    public T Value;
}

/// <summary>A number that the text reads and writes.</summary>
public struct Ref<T> : ICudaAsmEmitParameter where T : struct
{
    /// <summary>The number.</summary>
    public T Value;

    public static implicit operator Ref<T>(T value) => new() { Value = value };
}
