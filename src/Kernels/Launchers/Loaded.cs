namespace VaeGpu.Kernels.Launchers;

/// <summary>A kernel of two arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2>(Accelerator accelerator, Action<T1, T2> kernel)
    where T1 : struct where T2 : struct
{
    public readonly Action<KernelConfig, T1, T2> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of three arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3>(Accelerator accelerator, Action<T1, T2, T3> kernel)
    where T1 : struct where T2 : struct where T3 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of four arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4>(Accelerator accelerator, Action<T1, T2, T3, T4> kernel)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of five arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4, T5>(Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4, T5> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of six arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4, T5, T6>(
    Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel, KernelSpecialization specialization = default)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4, T5, T6> Launch = accelerator.LoadStreamKernel(kernel, specialization);
}

/// <summary>A kernel of seven arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4, T5, T6, T7>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> kernel)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of eight arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4, T5, T6, T7, T8>(Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> Launch = accelerator.LoadStreamKernel(kernel);
}

/// <summary>A kernel of nine arguments, loaded on a device.</summary>
internal readonly struct Loaded<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
    Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel)
    where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    where T6 : struct where T7 : struct where T8 : struct where T9 : struct
{
    public readonly Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> Launch = accelerator.LoadStreamKernel(kernel);
}
