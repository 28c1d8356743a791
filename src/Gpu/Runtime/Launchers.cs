using System.Runtime.CompilerServices;

namespace VaeGpu.Gpu.Runtime;

/// <summary>
/// The typed launchers, one set for each number of parameters. A launcher packs its arguments on the stack and launches;
/// C# has no variadic generics, hence the repetition.
/// </summary>
public abstract partial class Accelerator
{
    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(
        Action<T1> action, KernelSpecialization specialization = default)
        where T1 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1> LoadStreamKernel<T1>(Action<T1> action, KernelSpecialization specialization = default)
        where T1 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1) => launch(DefaultStream, config, a1);
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(
        Action<T1, T2> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2> LoadStreamKernel<T1, T2>(Action<T1, T2> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2) => launch(DefaultStream, config, a1, a2);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2> LoadAutoGroupedStreamKernel<T1, T2>(Action<T1, T2> action)
        where T1 : struct where T2 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        Action<T1, T2, T3> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3> LoadStreamKernel<T1, T2, T3>(
        Action<T1, T2, T3> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3) => launch(DefaultStream, config, a1, a2, a3);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3> LoadAutoGroupedStreamKernel<T1, T2, T3>(Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4> LoadStreamKernel<T1, T2, T3, T4>(
        Action<T1, T2, T3, T4> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4) => launch(DefaultStream, config, a1, a2, a3, a4);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4> LoadAutoGroupedStreamKernel<T1, T2, T3, T4>(Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        Action<T1, T2, T3, T4, T5> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5> LoadStreamKernel<T1, T2, T3, T4, T5>(
        Action<T1, T2, T3, T4, T5> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5) => launch(DefaultStream, config, a1, a2, a3, a4, a5);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        Action<T1, T2, T3, T4, T5, T6> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6> LoadStreamKernel<T1, T2, T3, T4, T5, T6>(
        Action<T1, T2, T3, T4, T5, T6> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6) => launch(DefaultStream, config, a1, a2, a3, a4, a5, a6);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6>(
        Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        Action<T1, T2, T3, T4, T5, T6, T7> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        Action<T1, T2, T3, T4, T5, T6, T7> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7) => launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7>(
        Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8) => launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9) => launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) =>
            launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>
        LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) =>
            launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>
        LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>
        LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) =>
            launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>
        LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12); args.Add(a13);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>
        LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) =>
            launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>
        LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12); args.Add(a13);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    /// <summary>A launcher on a stream of the caller's.</summary>
    [SkipLocalsInit]
    public unsafe Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>
        LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        Kernel kernel = Load(action.Method, specialization);
        return (stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12); args.Add(a13); args.Add(a14);
            kernel.Launch(stream, config, block);
        };
    }

    /// <summary>A launcher on the default stream.</summary>
    public Action<KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>
        LoadStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action, KernelSpecialization specialization = default)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        var launch = LoadKernel(action, specialization);
        return (config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) =>
            launch(DefaultStream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
    }

    /// <summary>A launcher of an implicitly grouped kernel on the default stream: one thread for each index of the extent.</summary>
    [SkipLocalsInit]
    public unsafe Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>
        LoadAutoGroupedStreamKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct where T13 : struct where T14 : struct
    {
        Kernel kernel = Load(action.Method);
        return (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14) =>
        {
            byte* block = stackalloc byte[kernel.ArgumentBytes];
            var args = new ArgumentPacker(this, block);
            args.Add(a1); args.Add(a2); args.Add(a3); args.Add(a4); args.Add(a5); args.Add(a6); args.Add(a7); args.Add(a8); args.Add(a9);
            args.Add(a10); args.Add(a11); args.Add(a12); args.Add(a13); args.Add(a14);
            kernel.Launch(DefaultStream, AutoConfig(kernel, a1), block);
        };
    }

    private static KernelConfig AutoConfig<TIndex>(Kernel kernel, TIndex extent) where TIndex : struct
    {
        Index3D size = extent switch
        {
            Index1D one => new(one.X, 1, 1),
            Index2D two => new(two.X, two.Y, 1),
            Index3D three => three,
            _ => throw new ArgumentException(
                $"An implicitly grouped kernel takes Index1D, Index2D or Index3D first, not {typeof(TIndex).Name}."),
        };
        Index3D group = kernel.AutoGroup;
        return new(new Index3D((size.X + group.X - 1) / group.X, size.Y, size.Z), group);
    }
}
