namespace VaeGpu.Gpu.Accelerators;

/// <summary>
/// Emits what ILGPU's loaders call to launch a kernel: a method (kernel, stream, extent or configuration, arguments…) that lays the
/// arguments out on the stack (<see cref="ArgumentLayout"/>) and launches. Nothing is boxed and nothing allocated.
/// </summary>
internal static unsafe class EngineLauncher
{
    private const int FirstArgument = 3;

    /// <summary>The launcher of a kernel.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="indexType">The index of an implicitly grouped kernel, or <see cref="KernelConfig"/>.</param>
    public static MethodInfo Emit(MethodInfo method, Type indexType)
    {
        var layout = ArgumentLayout.Of(method);
        bool isImplicit = indexType != typeof(KernelConfig);
        Type[] arguments = [.. method.GetParameters().Skip(isImplicit ? 1 : 0).Select(parameter => parameter.ParameterType)];
        var launcher = new DynamicMethod(
            "Launch_" + method.Name, typeof(void), [typeof(Kernel), typeof(AcceleratorStream), indexType, .. arguments],
            typeof(EngineLauncher).Module, skipVisibility: true) { InitLocals = false };
        ILGenerator il = launcher.GetILGenerator();
        LocalBuilder block = il.DeclareLocal(typeof(byte*));
        il.Emit(OpCodes.Ldc_I4, layout.BlockBytes);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Stloc, block);
        foreach (ArgumentLayout.Leaf leaf in layout.Leaves)
        {
            il.Emit(OpCodes.Ldarg_0);
            LoadAddress(il, leaf, isImplicit);
            il.Emit(OpCodes.Ldloc, block);
            il.Emit(OpCodes.Ldc_I4, leaf.Offset);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Call, leaf.Element is { } element ? Helper(nameof(PackView), element) : Helper(nameof(PackValue), leaf.Type));
        }
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        if (isImplicit)
            il.Emit(OpCodes.Ldarg_2);
        else
            il.Emit(OpCodes.Ldarga_S, (byte)2);
        il.Emit(OpCodes.Ldloc, block);
        il.Emit(OpCodes.Call, isImplicit ? Helper(nameof(LaunchImplicitly), indexType) : Helper(nameof(Launch)));
        il.Emit(OpCodes.Ret);
        return launcher;
    }

    private static void LoadAddress(ILGenerator il, ArgumentLayout.Leaf leaf, bool isImplicit)
    {
        il.Emit(OpCodes.Ldarga, (short)(leaf.Parameter + FirstArgument - (isImplicit ? 1 : 0)));
        foreach (FieldInfo field in leaf.Path)
            il.Emit(OpCodes.Ldflda, field);
    }

    private static MethodInfo Helper(string name, params Type[] types)
    {
        MethodInfo method = typeof(EngineLauncher).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
        return types.Length > 0 ? method.MakeGenericMethod(types) : method;
    }

    private static void PackView<T>(Kernel kernel, in ArrayView<T> view, byte* slot) where T : unmanaged
    {
        MemoryBuffer? buffer = BufferOf(in view);
        if (buffer is null)
        {
            *(ViewArgument*)slot = default;
            return;
        }
        var accelerator = Unsafe.As<EngineAccelerator>(kernel.Accelerator);
        if (buffer.Accelerator != accelerator)
            throw ForeignView(buffer, accelerator);
        ObjectDisposedException.ThrowIf(buffer.IsDisposed, typeof(MemoryBuffer));
        accelerator.Recorder?.Buffers.Add(buffer);
        *(ViewArgument*)slot = new() { Handle = buffer.NativePtr, ByteOffset = IndexInBytes(in view), Length = view.Length };
    }

    private static ArgumentException ForeignView(MemoryBuffer buffer, EngineAccelerator accelerator) => new(
        $"A view of memory of {buffer.Accelerator?.Name ?? "the host"} was passed to a kernel of {accelerator.Name}. "
        + "Copy the data to a buffer of that accelerator.");

    private static void PackValue<T>(Kernel kernel, ref T value, byte* slot) where T : struct => Unsafe.WriteUnaligned(slot, value);

    // ArrayView<T> shows its buffer through the interface alone; the constrained calls box nothing.
    private static MemoryBuffer? BufferOf<TView>(in TView view) where TView : struct, IArrayView => view.Buffer;

    private static long IndexInBytes<TView>(in TView view) where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static void Launch(Kernel kernel, AcceleratorStream stream, in KernelConfig config, byte* block)
    {
        var own = Unsafe.As<EngineKernel>(kernel);
        own.Forms.Launch(own.StreamOf(stream), config, block);
    }

    private static void LaunchImplicitly<TIndex>(Kernel kernel, AcceleratorStream stream, TIndex extent, byte* block) where TIndex : struct
    {
        var own = Unsafe.As<EngineKernel>(kernel);
        Unsafe.WriteUnaligned(block, extent);
        Index3D size = extent switch
        {
            Index1D one => new(one.X, 1, 1),
            Index2D two => new(two.X, two.Y, 1),
            Index3D three => three,
            _ => throw new ArgumentException(
                $"An implicitly grouped kernel takes Index1D, Index2D or Index3D first, not {typeof(TIndex).Name}."),
        };
        int group = own.GroupSize;
        own.Forms.Launch(
            own.StreamOf(stream),
            new KernelConfig(new Index3D((int)(((long)size.X + group - 1) / group), size.Y, size.Z), new Index3D(group, 1, 1)), block);
    }
}
